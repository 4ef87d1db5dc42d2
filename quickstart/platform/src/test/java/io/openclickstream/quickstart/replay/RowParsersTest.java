package io.openclickstream.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.quickstart.replay.DelimitedParser.Kind;
import io.openclickstream.quickstart.replay.RowResult.Row;
import io.openclickstream.quickstart.replay.RowResult.Unreadable;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RowParsersTest {
    private static final DelimitedParser CSV = DelimitedParser.below("User,\"Time\", url ", Kind.CSV);
    private static final DelimitedParser TSV = DelimitedParser.below("user\ttime\turl", Kind.TSV);
    private static final JsonLineParser JSON = new JsonLineParser();

    @Test
    void csvFieldsMayBeQuoted() {
        assertThat(CSV.columns()).containsExactly("user", "time", "url");
        assertThat(row(CSV, "ada,1,/x")).isEqualTo(Map.of("user", "ada", "time", "1", "url", "/x"));
        assertThat(row(CSV, "\"a,\"\"d\"\"a\",1,\"/x\ny\""))
                .containsEntry("user", "a,\"d\"a")
                .containsEntry("url", "/x\ny");
    }

    @Test
    void emptyAbsentAndDashFieldsSayNothing() {
        assertThat(row(CSV, "ada,,-")).isEqualTo(Map.of("user", "ada"));
        assertThat(row(TSV, "ada\t1")).isEqualTo(Map.of("user", "ada", "time", "1"));
    }

    @Test
    void aFieldTooManyOrABrokenQuoteMakesTheRecordUnreadable() {
        assertThat(reason(CSV, "ada,1,/x,more")).contains("4 fields", "3 columns");
        assertThat(reason(TSV, "a\tb\tc\td")).contains("4 fields");
        assertThat(reason(CSV, "\"ada,1,/x")).contains("a quote is never closed");
        assertThat(reason(CSV, "\"ada\"x,1,/\"\"x")).contains("not a CSV record");
    }

    @Test
    void aQuoteInTsvIsACharacterLikeAnyOther() {
        assertThat(row(TSV, "\"ada\t1\t/x\"y")).containsEntry("user", "\"ada").containsEntry("url", "/x\"y");
    }

    @Test
    void aHeaderThatNamesNothingOrTwiceIsRefused() {
        assertThatThrownBy(() -> DelimitedParser.below(",,", Kind.CSV)).hasMessageContaining("it is empty");
        assertThatThrownBy(() -> DelimitedParser.below("a,b,A", Kind.CSV)).hasMessageContaining("names a column twice");
    }

    @Test
    void jsonObjectsGiveTheirValuesAsText() {
        assertThat(row(
                        JSON,
                        "{\"User\":\"ada\",\"time\":807256800123,\"amount\":0.10,\"ok\":true,\"none\":null,"
                                + "\"deep\":{\"x\":1},\"properties\":{\"variant\":\"b\",\"user\":\"other\"}}"))
                .containsEntry("user", "ada")
                .containsEntry("time", "807256800123")
                .containsEntry("amount", "0.10")
                .containsEntry("ok", "true")
                .containsEntry("variant", "b")
                .doesNotContainKeys("none", "deep");
    }

    @Test
    void whatIsNoJsonObjectIsUnreadable() {
        assertThat(reason(JSON, "{\"user\":\"ada\"")).contains("not JSON");
        assertThat(reason(JSON, "[1]")).contains("not a JSON object but array");
        assertThat(reason(JSON, "{} {}")).contains("not JSON");
        assertThat(reason(JSON, "{\"a\":1,\"a\":2}")).contains("not JSON");
        assertThat(reason(JSON, "{\"a\":".repeat(100))).contains("not JSON");
    }

    @Property
    void noTextMakesThemThrow(@ForAll String text) {
        assertThat(CSV.parse(text)).isNotNull();
        assertThat(TSV.parse(text)).isNotNull();
        assertThat(JSON.parse(text)).isNotNull();
    }

    @Property
    void aQuotedFieldIsReadBack(@ForAll String field) {
        String record = "\"" + field.replace("\"", "\"\"") + "\",1,/x";
        RowResult result = CSV.parse(record);
        if (RowParser.isGiven(field)) {
            assertThat(result).isInstanceOf(Row.class);
            assertThat(((Row) result).values()).containsEntry("user", field);
        }
    }

    private static Map<String, String> row(RowParser parser, String text) {
        RowResult result = parser.parse(text);
        assertThat(result).isInstanceOf(Row.class);
        return ((Row) result).values();
    }

    private static String reason(RowParser parser, String text) {
        RowResult result = parser.parse(text);
        assertThat(result).isInstanceOf(Unreadable.class);
        return ((Unreadable) result).reason();
    }
}

package io.openclickstream.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.replay.RowResult.Row;
import io.openclickstream.quickstart.replay.RowResult.Unreadable;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class AccessLogParserTest {
    private static final String COMBINED =
            "192.0.2.7 - ada [17/May/2015:10:05:03 +0000] \"GET /a?b=c HTTP/1.1\" 200 512 \"https://r.example/\" \"Agent \\\"X\\\" 1\"";

    private final AccessLogParser parser = new AccessLogParser();

    @Test
    void combinedLineHasAllItsFields() {
        assertThat(row(COMBINED))
                .containsEntry("host", "192.0.2.7")
                .containsEntry("remote_user", "ada")
                .containsEntry("time", "17/May/2015:10:05:03 +0000")
                .containsEntry("method", "GET")
                .containsEntry("url", "/a?b=c")
                .containsEntry("status", "200")
                .containsEntry("bytes", "512")
                .containsEntry("referrer", "https://r.example/")
                .containsEntry("user_agent", "Agent \"X\" 1")
                .doesNotContainKey("logname");
    }

    @Test
    void commonLineLacksReferrerAndAgent() {
        assertThat(row("h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.0\" 304 -"))
                .containsEntry("url", "/")
                .doesNotContainKeys("bytes", "referrer", "user_agent");
    }

    @Test
    void missingLastQuoteMakesTheLineUnreadable() {
        assertThat(reason(COMBINED.substring(0, COMBINED.length() - 1))).contains("the user agent has no closing \"");
    }

    @Test
    void requestThatIsNoRequestNamesNoPage() {
        assertThat(row("h - - [17/May/2015:10:05:03 +0000] \"\\x16\\x03\" 400 226 \"-\" \"-\""))
                .containsEntry("host", "h")
                .doesNotContainKey("url");
    }

    @Test
    void urlMayHoldSpacesAndLineEnds() {
        assertThat(row("h - - [17/May/2015:10:05:03 +0000] \"GET /a b\nc HTTP/1.1\" 200 1"))
                .containsEntry("url", "/a b\nc");
    }

    @Property
    void noTextMakesItThrow(@ForAll String text) {
        assertThat(parser.parse(text)).isNotNull();
    }

    @Property(tries = 200)
    void cutAnywhereItNeverInventsAValue(@ForAll int anywhere) {
        int end = Math.floorMod(anywhere, COMBINED.length());
        if (parser.parse(COMBINED.substring(0, end)) instanceof Row row
                && row.values().containsKey("user_agent")) {
            assertThat(row.values()).containsEntry("user_agent", "Agent \"X\" 1");
        }
    }

    private Map<String, String> row(String line) {
        RowResult result = parser.parse(line);
        assertThat(result).isInstanceOf(Row.class);
        return ((Row) result).values();
    }

    private String reason(String line) {
        RowResult result = parser.parse(line);
        assertThat(result).isInstanceOf(Unreadable.class);
        return ((Unreadable) result).reason();
    }
}

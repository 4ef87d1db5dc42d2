package io.openclickstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.LiveTable;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SchemasTest {
    @Test
    void clickSchemaHasTheFieldsOfTheRecord() {
        Schema schema = new Schema.Parser().parse(SchemaText.CLICK_AVRO.text());
        List<String> texts = Arrays.stream(ClickText.class.getFields())
                .map(field -> field.getName().toLowerCase(Locale.ROOT))
                .filter(name -> !name.equals("group")) // made at the door, and sent by nobody
                .toList();
        assertThat(schema.getFields())
                .extracting(Schema.Field::name)
                .filteredOn(
                        name -> !List.of("event_time", "sent_at", "properties").contains(name))
                .containsExactlyInAnyOrderElementsOf(texts);
        var amount = schema.getField("amount").schema().getTypes().get(1);
        assertThat(amount.getLogicalType()).isEqualTo(LogicalTypes.decimal(Click.AMOUNT_PRECISION, Click.AMOUNT_SCALE));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "LAKE_.*")
    void everyLakeFieldHasItsOwnId(SchemaText text) {
        MessageType schema = MessageTypeParser.parseMessageType(text.text());
        Set<Integer> ids = new HashSet<>();
        schema.getFields().forEach(field -> collect(field, ids));
    }

    private static void collect(Type type, Set<Integer> ids) {
        if (type.getRepetition() != Type.Repetition.REPEATED) {
            assertThat(type.getId()).as("field id of %s", type.getName()).isNotNull();
            assertThat(ids.add(type.getId().intValue()))
                    .as("id of %s used once", type.getName())
                    .isTrue();
        }
        if (type instanceof GroupType group) {
            group.getFields().forEach(field -> collect(field, ids));
        }
    }

    @ParameterizedTest
    @EnumSource
    void liveTablesNameTheirKeyAndDescribeEveryColumn(LiveTable table) {
        var columns = table.schema().getFields().stream().map(Field::getName).toList();
        assertThat(columns)
                .contains(table.schema()
                        .getCustomMetadata()
                        .get(LiveMetadata.PRIMARY_KEY)
                        .split(","));
        assertThat(table.schema().getFields())
                .allSatisfy(f -> assertThat(f.getMetadata()).containsKey(LiveMetadata.COLUMN_DESCRIPTION));
        assertThat(table.putSchema().getFields())
                .last()
                .extracting(Field::getName)
                .isEqualTo("_op");
    }

    @Test
    void ledgerEntriesOfAPartitionAddUp() {
        LedgerEntry first = new LedgerEntry("clicks", 3, 6, 4, 10, 21, 1, 2, 3, 4, 5, 6, 1_000);
        LedgerEntry second = new LedgerEntry("clicks", 3, 7, 10, 12, 2, 0, 0, 0, 0, 1, 1, 900);
        assertThat(first.outcomes()).isEqualTo(21);
        assertThat(first.plus(second))
                .isEqualTo(second.plus(first))
                .isEqualTo(new LedgerEntry("clicks", 3, 7, 4, 12, 23, 1, 2, 3, 4, 6, 7, 1_000));
    }

    @Test
    void onlyRefusedRecordsHaveAReason() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::outcome))
                .doesNotContain(Outcome.ACCEPTED, Outcome.DUPLICATE)
                .contains(Outcome.MALFORMED, Outcome.LATE, Outcome.FUTURE, Outcome.FILTERED);
    }
}

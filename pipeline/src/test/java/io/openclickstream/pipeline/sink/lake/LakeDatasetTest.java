package io.openclickstream.pipeline.sink.lake;

import static io.openclickstream.pipeline.TestClicks.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricTable;
import io.openclickstream.pipeline.decide.metric.PaneTally;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.lake.LakeColumn;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.CloseReason;
import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.Session;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each dataset is written by our writer and read by DuckDB, which shares no code with it. */
class LakeDatasetTest {
    @TempDir
    Path folder;

    /** What the writer said of the latest file. */
    private List<LakeColumn> columns = List.of();

    @Test
    void clicksComeBackExactly() throws Exception {
        Click plain = click("e1", "ada", -1, null, "-0.000000001", "EUR");
        Click whole = new Click(
                "e2",
                "shop",
                "b\u00f6b \uD83D\uDE00",
                1_700_000_000_123L,
                5L,
                "purchase",
                "u",
                "p",
                "r",
                "s",
                "m",
                "c",
                "t",
                "n",
                "DE",
                "d",
                "o",
                "b",
                new BigDecimal("999999999999999999.999999999"),
                "KWD",
                Map.of("k", "v"));
        assertThat(write(LakeDataset.clicks(), received(plain), received(whole)))
                .containsExactly(
                        "e1|ada|1969-12-31 23:59:59.999|null|null|-0.000000001|{}|3|7",
                        "e2|b\u00f6b \uD83D\uDE00|2023-11-14 22:13:20.123|1970-01-01 00:00:00.005|p|999999999999999999.999999999|{k=v}|3|7");
    }

    @Test
    void everyColumnOfAClickHoldsItsOwnField() throws Exception {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("k1", "");
        properties.put("\u00e9", "\uD83D\uDE00");
        Click click = new Click(
                "event",
                "site",
                "user",
                1_000,
                2_000L,
                "type",
                "url",
                "",
                "referrer",
                "source",
                "medium",
                "campaign",
                "term",
                "content",
                "country",
                "device",
                "os",
                "lone \uD83D surrogate",
                new BigDecimal("1.5"),
                "EUR",
                properties);
        assertThat(rows(
                        LakeDataset.clicks(),
                        "concat_ws('|', event_id, site_id, user_id, epoch_ms(event_time), epoch_ms(sent_at),"
                                + " event_type, url, page, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content,"
                                + " country, device, os, browser, amount, currency, properties, epoch_ms(ingestion_time),"
                                + " kafka_topic, kafka_partition, kafka_offset)",
                        received(click)))
                .containsExactly(
                        "event|site|user|1000|2000|type|url||referrer|source|medium|campaign|term|content|"
                                + "country|device|os|lone ? surrogate|1.500000000|EUR|{k1='', \u00e9=\uD83D\uDE00}|9000|clicks|3|7");
    }

    @Test
    void columnsMayBeWrittenInAnyOrderAndLeftOut() throws Exception {
        var dataset = new LakeDataset<Integer>(
                "numbers",
                List.of(new LakeFolder(
                        "numbers",
                        "numbers",
                        "message numbers { required int64 a = 1; optional binary b (STRING) = 2; optional int64 c = 3; }",
                        List.of())),
                number -> 0,
                number -> 0,
                number -> 1,
                Integer::compare,
                number -> null,
                null,
                List.of(),
                (number, row) -> {
                    if (number % 2 == 0) {
                        row.time("c", null).text("b", "t" + number).int64("a", number);
                    } else {
                        row.int64("a", number).int64("c", -number);
                    }
                });
        assertThat(rows(dataset, "concat_ws('|', a, coalesce(b, 'null'), coalesce(c, 0))", 1, 2, 3))
                .containsExactly("1|null|-1", "2|t2|0", "3|null|-3");
    }

    @Test
    void dictionariesAreForColumnsThatRepeat() throws Exception {
        // Parquet would take one for each of these columns, since every value is there a thousand times.
        ReceivedClick[] clicks =
                Collections.nCopies(1_000, received(click("e", "ada", 1))).toArray(ReceivedClick[]::new);
        write(LakeDataset.clicks(), clicks);
        assertThat(query("SELECT path_in_schema FROM parquet_metadata('%s') WHERE encodings NOT LIKE '%%DICTIONARY%%'"
                        + " AND stats_null_count = 0"))
                .containsExactly("event_id", "event_time", "ingestion_time", "kafka_offset");
    }

    @Test
    void sessionsComeBackExactly() throws Exception {
        var session = new Session(
                "id",
                "shop",
                "ada",
                1_000,
                4_500,
                3,
                2,
                new Entry("e", "/a", "https://r.example", "news", "mail", "spring", "DE", "phone"),
                null,
                1,
                List.of(
                        new Money("EUR", new BigDecimal("12.500000000")),
                        new Money("JPY", new BigDecimal("-3.000000000"))),
                CloseReason.GAP,
                9_000,
                4,
                true);
        assertThat(rows(
                        LakeDataset.sessions(),
                        "session_id || '|' || duration_ms || '|' || clicks || '|' || entry_page || '|' || (exit_page IS NULL)"
                                + " || '|' || epoch_ms(start_time) || '|' || epoch_ms(end_time)"
                                + " || '|' || concat_ws('|', pages, referrer, utm_source, utm_medium, utm_campaign, country,"
                                + " device, orders, revenue, is_bounce, close_reason, revision)",
                        session))
                .containsExactly("id|3500|3|/a|true|1000|4500|2|https://r.example|news|mail|spring|DE|phone|1|"
                        + "{EUR=12.500000000, JPY=-3.000000000}|false|GAP|4");
    }

    @Test
    void metricsComeBackExactly() throws Exception {
        MetricCatalog catalog = takings();
        var tally = new PaneTally<>(MetricTable.CLICKS, catalog.metrics(), () -> {});
        tally.add(received(click("1", "ada", 60_000, "/a", "-123456789012345678.123456789", "EUR")));
        tally.add(received(click("2", "bob", 60_001, "/a", "-123456789012345678.123456789", "EUR")));
        List<PaneResult> results = new ArrayList<>();
        tally.drain(part -> results.add(new PaneResult(part.key(), part.pane(), true, true)));
        assertThat(rows(
                        LakeDataset.metrics(catalog),
                        "concat_ws('|', site_id, epoch_ms(window_start), epoch_ms(window_end), revenue, clicks, users,"
                                + " octet_length(users_sketch) > 0, median < -1e17, epoch_ms(latest), many, os IS NULL)",
                        results.get(0)))
                .containsExactly("shop|60000|120000|-246913578024691356.246913578|2|2|true|true|60001|true|true");
        assertThat(LakeDataset.metrics(catalog).folders())
                .extracting(LakeFolder::table, LakeFolder::folder)
                .containsExactly(tuple("takings", "metrics/takings"));
    }

    private static MetricCatalog takings() throws Exception {
        return MetricCatalog.of(Map.of("takings.sql", """
                SELECT site_id, SUM(amount) AS revenue, COUNT(*) AS clicks, APPROX_COUNT_DISTINCT(user_id) AS users,
                  APPROX_QUANTILE(amount, 0.5) AS median, MAX(event_time) AS latest, COUNT(*) > 1 AS many, MIN(os) AS os
                FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
                GROUP BY window_start, site_id"""));
    }

    @Test
    void rejectedRecordsKeepTheirBytes() throws Exception {
        var position = new SourcePosition("clicks", 3, 7, 9_000);
        var broken = new Rejected(Reason.NOT_JSON, "why", position, null, null, new byte[] {0, (byte) 0xFF});
        var future = new Rejected(Reason.EVENT_TIME_IN_FUTURE, "why", position, Long.MAX_VALUE, new byte[] {1}, null);
        assertThat(rows(
                        LakeDataset.rejected(),
                        "outcome || '|' || reason || '|' || coalesce(hex(raw_key), '-') || '|' || coalesce(hex(raw_value), '-')"
                                + " || '|' || (event_time IS NULL)",
                        broken,
                        future))
                .containsExactly("MALFORMED|NOT_JSON|-|00FF|true", "FUTURE|EVENT_TIME_IN_FUTURE|01|-|true");
    }

    @Test
    void aFileSaysWhatIsInIt() throws Exception {
        write(
                LakeDataset.clicks(),
                received(click("e1", "ada", 1_000, null, "-1.5", "EUR")),
                received(click("e2", "a name of more than sixteen", 3_000, "/a", "20", "EUR")));
        var schema = LakeDataset.clicks().folders().get(0).lakeTable().schema();
        assertThat(columns)
                .extracting(LakeColumn::fieldId)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 27)
                        .filter(id -> id != 21)
                        .boxed()
                        .toList());
        assertThat(bounds(schema, "event_time")).isEqualTo("1000000 to 3000000, 0 of 2 null");
        assertThat(bounds(schema, "user_id")).isEqualTo("a name of more t to ada, 0 of 2 null");
        assertThat(bounds(schema, "amount")).isEqualTo("-1.500000000 to 20.000000000, 0 of 2 null");
        assertThat(bounds(schema, "kafka_partition")).isEqualTo("3 to 3, 0 of 2 null");
        assertThat(bounds(schema, "page")).isEqualTo("/a to /a, 1 of 2 null");
        assertThat(bounds(schema, "sent_at")).isEqualTo("null to null, 2 of 2 null");
        write(LakeDataset.clicks(), received(click("e1", "a name of more than sixteen", 1)));
        assertThat(bounds(schema, "user_id")).isEqualTo("a name of more t to a name of more u, 0 of 1 null");
    }

    private String bounds(Schema schema, String name) {
        Types.NestedField field = schema.findField(name);
        LakeColumn column = columns.stream()
                .filter(each -> each.fieldId() == field.fieldId())
                .findFirst()
                .orElseThrow();
        Function<byte[], Object> value =
                bytes -> bytes == null ? null : Conversions.fromByteBuffer(field.type(), ByteBuffer.wrap(bytes));
        return "%s to %s, %d of %d null"
                .formatted(value.apply(column.lower()), value.apply(column.upper()), column.nulls(), column.values());
    }

    @Test
    void everyColumnHasItsFieldIdInTheTable() throws Exception {
        LakeDataset.tables(takings()).forEach(table -> assertThat(table.schema().idToName())
                .as(table.name())
                .hasSize(table.schema().highestFieldId())
                .containsKey(1));
    }

    @Test
    void filesCanBeAskedForAUser() throws Exception {
        // Many users, so that a dictionary does not pay, which would say the same.
        ReceivedClick[] clicks = IntStream.range(0, 200_000)
                .mapToObj(i -> received(click("e", "%08d and some more".formatted(i), 1)))
                .toArray(ReceivedClick[]::new);
        write(LakeDataset.clicks(), clicks);
        assertThat(query("SELECT path_in_schema FROM parquet_metadata('%s') WHERE bloom_filter_length > 0"))
                .containsExactly("user_id");
        assertThat(query("SELECT DISTINCT bloom_filter_excludes FROM parquet_bloom_probe('%s', 'user_id', '00000007')"))
                .containsExactly("true");
    }

    @Test
    void columnsAreCompressedWithZstd() throws Exception {
        write(LakeDataset.clicks(), received(click("e1", "ada", 1)));
        assertThat(query("SELECT DISTINCT compression FROM parquet_metadata('%s')"))
                .containsExactly("ZSTD");
    }

    private static ReceivedClick received(Click click) {
        return new ReceivedClick(click, new SourcePosition("clicks", 3, 7, 9_000), null, new byte[0]);
    }

    private List<String> write(LakeDataset<ReceivedClick> dataset, ReceivedClick... rows) throws Exception {
        return rows(
                dataset,
                "concat_ws('|', event_id, user_id, strftime(event_time AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%g'),"
                        + " coalesce(strftime(sent_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%g'), 'null'),"
                        + " coalesce(page, 'null'), amount, properties, kafka_partition, kafka_offset)",
                rows);
    }

    @SafeVarargs
    private <T> List<String> rows(LakeDataset<T> dataset, String expression, T... rows) throws Exception {
        var file = new org.apache.flink.core.fs.Path(folder.toUri().toString(), "rows.parquet");
        try (var stream = file.getFileSystem().create(file, FileSystem.WriteMode.OVERWRITE)) {
            List<T> all = new ArrayList<>();
            for (T row : rows) {
                all.add(row);
            }
            int folder = (int) dataset.folderOf().applyAsLong(all.get(0));
            columns = LakeParquetWriter.write(dataset, dataset.folders().get(folder), all, stream);
        }
        return query("SELECT " + expression.replace("%", "%%") + " FROM '%s'");
    }

    private List<String> query(String sql) throws SQLException, IOException {
        List<String> results = new ArrayList<>();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(sql.formatted(folder.resolve("rows.parquet")))) {
            while (rows.next()) {
                results.add(rows.getString(1));
            }
        }
        return results;
    }
}

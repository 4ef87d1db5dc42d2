package io.openclickstream.pipeline.source.lake;

import static io.openclickstream.pipeline.TestClicks.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.pipeline.TestCluster;
import io.openclickstream.pipeline.sink.lake.LakeDataset;
import io.openclickstream.pipeline.sink.lake.WrittenLake;
import io.openclickstream.pipeline.source.Coverage;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Clicks are written by the lake's sink and read back. */
class LakeClickSourceTest {
    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(2);

    private static final Coverage ALL = new Coverage(Map.of("clicks", Map.of(0, Long.MAX_VALUE)), Map.of());
    private static final long HOUR = 3_600_000;

    @TempDir
    Path lake;

    @Test
    void everyFieldComesBack() throws Exception {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("z", "");
        properties.put("a", "b\u00f6b \uD83D\uDE00");
        Click whole = new Click(
                "e1",
                "shop",
                "b\u00f6b \uD83D\uDE00",
                1_700_000_000_123L,
                1_700_000_000_001L,
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
                properties);
        Click empty = click("e2", "ada", 0, null, null, null);
        Click refund = click("e3", "ada", 1, "", "-0.000000001", "EUR");
        Click small = click("e4", "ada", 2, "/a", "12.5", "EUR");
        write(received(whole, 7, 9_001), received(empty, 8, 0), received(refund, 9, 1), received(small, 10, 2));

        assertThat(texts(read(ALL)))
                .containsExactlyInAnyOrder(
                        "clicks/0/7@9001 e1|shop|b\u00f6b \uD83D\uDE00|1700000000123|1700000000001|purchase|u|p|r|s|m|c|t|n"
                                + "|DE|d|o|b|999999999999999999.999999999|KWD|[z=, a=b\u00f6b \uD83D\uDE00]",
                        "clicks/0/8@0 e2|shop|ada|0|null|page_view|null|null|null|null|null|null|null|null|null|null|null"
                                + "|null|null|null|[]",
                        "clicks/0/9@1 e3|shop|ada|1|null|page_view|null||null|null|null|null|null|null|null|null|null"
                                + "|null|-0.000000001|EUR|[]",
                        "clicks/0/10@2 e4|shop|ada|2|null|page_view|null|/a|null|null|null|null|null|null|null|null|null"
                                + "|null|12.500000000|EUR|[]");
    }

    @Test
    void onlyWhatIsCoveredIsRead() throws Exception {
        write(received(click("in", "ada", 1), 4, 0), received(click("out", "ada", 2), 5, 0));
        assertThat(read(new Coverage(Map.of("clicks", Map.of(0, 5L)), Map.of())))
                .extracting(record -> record.click().click().eventId())
                .containsExactly("in");
        assertThat(read(new Coverage(Map.of("others", Map.of(0, 5L)), Map.of())))
                .isEmpty();
    }

    /** Three files, the one that was received last has the earliest clicks. */
    @Test
    void eventTimeMovesOnAndNothingIsLate() throws Exception {
        write(
                received(click("a", "ada", 50_000), 0, 0),
                received(click("b", "ada", 20_000), 1, 0),
                received(click("c", "ada", 70_000), 2, HOUR),
                received(click("d", "ada", 60_000), 3, HOUR),
                received(click("e", "ada", 30_000), 4, 2 * HOUR),
                received(click("f", "ada", 10_000), 5, 2 * HOUR));
        assertThat(new LakeClickSource(clicks(), ALL).splits())
                .extracting(LakeClickSplit::earliestMillis)
                .containsExactly(10_000L, 20_000L, 60_000L);

        List<String> seen;
        StreamExecutionEnvironment env = environment(1);
        try (var results = env.fromSource(
                        new LakeClickSource(clicks(), ALL), WatermarkStrategy.noWatermarks(), "clicks")
                .uid("clicks")
                .process(new ProcessFunction<SourceRecord, String>() {
                    @Override
                    public void processElement(SourceRecord record, Context context, Collector<String> out) {
                        Click click = record.click().click();
                        out.collect(click.eventId()
                                + (context.timerService().currentWatermark() < click.eventTimeMillis()
                                        ? " on time"
                                        : " late"));
                        if (context.timerService().currentWatermark() >= 0) {
                            out.collect("watermark " + context.timerService().currentWatermark());
                        }
                    }
                })
                .returns(Types.STRING)
                .uid("process")
                .executeAndCollect()) {
            seen = drained(results);
        }
        assertThat(seen)
                .contains("a on time", "b on time", "c on time", "d on time", "e on time", "f on time")
                .contains("watermark 9999", "watermark 19999", "watermark 59999")
                .noneMatch(line -> line.endsWith("late"));
    }

    @Test
    void aHalfReadFileGoesOnWhereItWas() throws Exception {
        write(
                received(click("a", "ada", 1), 0, 0),
                received(click("left out", "ada", 2), 9, 0),
                received(click("b", "ada", 3), 2, 0),
                received(click("c", "ada", 4), 3, 0));
        Coverage coverage = new Coverage(Map.of("clicks", Map.of(0, 9L)), Map.of());
        var source = new LakeClickSource(clicks(), coverage);
        LakeClickSplit split = source.splits().get(0);
        try (ClickRows rows = split.getIterator()) {
            assertThat(eventId(rows.next())).isEqualTo("a");
            assertThat(rows.hasNext()).isTrue(); // has read ahead, but not handed out
            split = split.getUpdatedSplitForIterator(rows);
        }
        var serializer = source.getSplitSerializer();
        LakeClickSplit restored = serializer.deserialize(serializer.getVersion(), serializer.serialize(split));
        assertThat(restored).isEqualTo(split);
        List<String> rest = new ArrayList<>();
        try (ClickRows rows = restored.getIterator()) {
            rows.forEachRemaining(record -> rest.add(eventId(record)));
        }
        assertThat(rest).containsExactly("b", "c");
    }

    /** Maintenance puts the files of an hour together elsewhere, and some day deletes the job's own. */
    @Test
    void anHourIsReadOnceWhereverItsFilesAre() throws Exception {
        write(
                received(click("a", "ada", 1), 0, 0),
                received(click("b", "ada", 2), 1, HOUR),
                received(click("c", "ada", 3), 2, 2 * HOUR));
        Path data = lake.resolve("iceberg/clickstream/clicks/data");
        for (String hour : List.of("ingestion_hour=1970-01-01-00", "ingestion_hour=1970-01-01-01")) {
            Files.createDirectories(data.resolve(hour));
            try (var own = Files.list(lake.resolve("clicks").resolve(hour))) {
                Files.copy(own.findFirst().orElseThrow(), data.resolve(hour).resolve("compacted.parquet"));
            }
        }
        Path first = lake.resolve("clicks/ingestion_hour=1970-01-01-00");
        try (var own = Files.list(first)) {
            for (Path file : own.toList()) {
                Files.delete(file);
            }
        }
        assertThat(read(ALL))
                .extracting(record -> record.click().click().eventId())
                .containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void aBrokenFileIsNamed() throws Exception {
        Files.createDirectories(lake.resolve("clicks"));
        Files.writeString(lake.resolve("clicks/broken.parquet"), "no Parquet");
        assertThatThrownBy(() -> new LakeClickSource(clicks(), ALL).splits())
                .hasMessageContaining("broken.parquet")
                .hasMessageContaining("Cannot read");
    }

    private static String eventId(SourceRecord record) {
        return record.click().click().eventId();
    }

    private static ReceivedClick received(Click click, long offset, long ingestionTimeMillis) {
        return new ReceivedClick(
                click, new SourcePosition("clicks", 0, offset, ingestionTimeMillis), new byte[] {1}, new byte[] {2});
    }

    private String clicks() {
        return lake.resolve("clicks").toUri().toString();
    }

    /** One file per hour of ingestion. */
    private void write(ReceivedClick... clicks) throws Exception {
        WrittenLake.write(lake.toUri().toString(), LakeDataset.clicks(), clicks);
    }

    private List<SourceRecord> read(Coverage coverage) throws Exception {
        StreamExecutionEnvironment env = environment(2);
        try (var results = env.fromSource(
                        new LakeClickSource(clicks(), coverage), WatermarkStrategy.noWatermarks(), "clicks")
                .uid("clicks")
                .executeAndCollect()) {
            return drained(results);
        }
    }

    private static <T> List<T> drained(java.util.Iterator<T> results) {
        List<T> all = new ArrayList<>();
        results.forEachRemaining(all::add);
        return Collections.unmodifiableList(all);
    }

    private static StreamExecutionEnvironment environment(int parallelism) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.configure(new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
        env.setParallelism(parallelism);
        return env;
    }

    private static List<String> texts(List<SourceRecord> records) {
        return records.stream()
                .map(record -> {
                    ReceivedClick received = record.click();
                    assertThat(received.rawKey()).isNull();
                    assertThat(received.rawValue()).isEmpty();
                    SourcePosition source = received.source();
                    Click click = received.click();
                    List<Object> fields = new ArrayList<>();
                    Collections.addAll(
                            fields,
                            click.eventId(),
                            click.siteId(),
                            click.userId(),
                            click.eventTimeMillis(),
                            click.sentAtMillis(),
                            click.eventType(),
                            click.url(),
                            click.page(),
                            click.referrer(),
                            click.utmSource(),
                            click.utmMedium(),
                            click.utmCampaign(),
                            click.utmTerm(),
                            click.utmContent(),
                            click.country(),
                            click.device(),
                            click.os(),
                            click.browser(),
                            click.amount() == null ? null : click.amount().toPlainString(),
                            click.currency(),
                            click.properties().entrySet());
                    return "%s/%d/%d@%d %s"
                            .formatted(
                                    source.topic(),
                                    source.partition(),
                                    source.offset(),
                                    source.ingestionTimeMillis(),
                                    String.join(
                                            "|",
                                            fields.stream().map(String::valueOf).toList()));
                })
                .toList();
    }
}

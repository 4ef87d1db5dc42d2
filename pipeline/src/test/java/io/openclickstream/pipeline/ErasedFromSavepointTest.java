package io.openclickstream.pipeline;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.TestErasures;
import io.openclickstream.pipeline.savepoint.SavepointSearch;
import io.openclickstream.pipeline.savepoint.SavepointSearch.Found;
import io.openclickstream.pipeline.sink.lake.LakeTarget;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.session.UserKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A person who sends clicks all the time is in a savepoint of before the erasure, wherever state is kept, and in none from
 * the epoch on that says that it obeys.
 */
class ErasedFromSavepointTest {
    private static final Duration SHORTLY = Duration.ofMinutes(4);
    private static final String PERSON = "ada"; // before all others in order, so that the bounds of files name her
    private static final int PERSONS = 20;

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(4);

    @TempDir
    Path folder;

    private Path lake() {
        return folder.resolve("lake");
    }

    @ParameterizedTest
    @CsvSource({"hashmap, CANONICAL", "hashmap, NATIVE", "rocksdb, CANONICAL", "rocksdb, NATIVE"})
    void aPersonIsFoundInASavepointOfBeforeAndInNoneOfAfterwards(String backend, SavepointFormatType format)
            throws Exception {
        var erasures = new TestErasures(lake());
        JobClient job = start(backend, erasures);
        await().atMost(SHORTLY).until(() -> mark().epochs().values().stream().anyMatch(epoch -> epoch > 1));
        assertThat(mark().erasuresApplied()).hasValue(0);
        // One that lies between two clicks of hers has no files of an epoch that name her.
        List<Found> before = await().atMost(SHORTLY).until(() -> find(savepoint(job, format)), found -> found.stream()
                .anyMatch(each -> each.mentions() > 0));

        erasures.add("shop", PERSON);
        await().atMost(SHORTLY).until(() -> mark().erasuresApplied().orElse(0) == 1);
        List<Found> after = find(savepoint(job, format));
        job.cancel().get(30, TimeUnit.SECONDS);
        await().atMost(SHORTLY).until(() -> job.getJobStatus().get(10, TimeUnit.SECONDS) == JobStatus.CANCELED);

        assertThat(before)
                .filteredOn(found -> found.theirs() > 0)
                .extracting(Found::place)
                .contains("sessionize/timeline");
        assertThat(before.stream().filter(found -> found.theirs() > 0).anyMatch(found -> found.place()
                        .equals("sessionize/_timer_state/event_user-timers")))
                .as("a timer of hers, which Flink keeps for users where state is not on the heap")
                .isEqualTo(backend.equals("rocksdb"));
        assertThat(before)
                .filteredOn(found -> found.mentions() > 0)
                .extracting(Found::place)
                .containsExactly("lake-commit/prepared");
        assertThat(after).allMatch(Found::isFree);
        assertThat(after)
                .filteredOn(found -> found.place().equals("sessionize/timeline"))
                .extracting(Found::entries)
                .as("all others are there")
                .containsExactly((long) PERSONS - 1);
    }

    private static List<Found> find(String savepoint) throws Exception {
        return SavepointSearch.find(savepoint, List.of(new UserKey("shop", PERSON)));
    }

    private String savepoint(JobClient job, SavepointFormatType format) {
        return await().atMost(SHORTLY)
                .ignoreExceptions() // refused while any task is still being started
                .until(
                        () -> job.triggerSavepoint(
                                        folder.resolve("savepoints").toUri().toString(), format)
                                .get(30, TimeUnit.SECONDS),
                        Objects::nonNull);
    }

    private EpochMark mark() throws Exception {
        try (var catalog = LakeCatalog.open(LakeSettings.embedded(lake().toUri().toString(), S3Access.DEFAULT))) {
            var table = catalog.load("clicks");
            return EpochMark.of(table.isPresent() ? table.get().properties() : Map.of());
        }
    }

    private JobClient start(String backend, TestErasures erasures) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        ClickstreamJob.configure(env);
        env.configure(new Configuration()
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none")
                .set(StateBackendOptions.STATE_BACKEND, backend)
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500)));
        env.setParallelism(2);
        var clicks = new DataGeneratorSource<>(
                ErasedFromSavepointTest::record,
                Long.MAX_VALUE,
                RateLimiterStrategy.perSecond(100),
                WireType.SOURCE_RECORD);
        var records = env.fromSource(
                        clicks,
                        WatermarkStrategy.<SourceRecord>forMonotonousTimestamps()
                                .withTimestampAssigner((record, timestamp) -> 1_700_000_000_000L),
                        OperatorUid.CLICK_SOURCE.uid())
                .uid(OperatorUid.CLICK_SOURCE.uid());
        ClickstreamResults results = new ClickstreamPipeline(
                        new SessionRules(Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofHours(1)),
                        MetricFiles.read(null),
                        Duration.ofMillis(200),
                        false,
                        null,
                        erasures.list(Duration.ofSeconds(1)))
                .connect(records);
        results.storeIn(LakeTarget.embedded(lake().toUri().toString(), new UUID(1, 2).toString()));
        return env.executeAsync("erased-from-savepoint");
    }

    private static SourceRecord record(long index) {
        long person = index % PERSONS;
        return new SourceRecord(
                received(click("e" + index, person == 0 ? PERSON : "user-" + person, 1_700_000_000_000L)), null);
    }
}

package io.openclickstream.pipeline;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.release.StateTypes;
import io.openclickstream.pipeline.savepoint.SavepointContents;
import io.openclickstream.pipeline.sink.lake.LakeTarget;
import io.openclickstream.pipeline.sink.live.KeepingFlightServer;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.RegisteredState;
import io.openclickstream.schemas.RegisteredState.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A savepoint of the running job holds the states that are registered, and no others of ours. */
class SavepointTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @RegisterExtension
    static final MiniClusterExtension FLINK = TestCluster.withSlots(4);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"hashmap, CANONICAL", "rocksdb, CANONICAL", "rocksdb, NATIVE"})
    void holdsTheRegisteredStates(String backend, SavepointFormatType format) throws Exception {
        try (KeepingFlightServer flight = new KeepingFlightServer()) {
            JobClient job = start(backend, flight);
            await().atMost(PATIENCE).until(() -> flight.puts().stream()
                    .anyMatch(put -> put.header().table().equals("page_metrics")
                            && !put.rows().isEmpty()));
            // Refused while any task is still being started.
            String path = await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(
                            () -> job.triggerSavepoint(
                                            folder.resolve("savepoints").toUri().toString(), format)
                                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS),
                            Objects::nonNull);
            job.cancel().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            await().atMost(PATIENCE)
                    .until(() -> job.getJobStatus().get(PATIENCE.toSeconds(), TimeUnit.SECONDS) == JobStatus.CANCELED);

            SavepointContents contents = SavepointContents.read(path);
            List<String> registered = Arrays.stream(RegisteredState.values())
                    .map(state -> state.operator().uid() + "/" + state.stateName() + "/"
                            + (state.kind() == Kind.KEYED ? "KEYED" : "UNION"))
                    .toList();
            Set<String> ours = Arrays.stream(RegisteredState.values())
                    .map(state -> state.operator().uid())
                    .collect(toSet());
            List<String> held = new ArrayList<>();
            for (SavepointContents.Operator operator : contents.operators()) {
                for (SavepointContents.State state : operator.states()) {
                    if (ours.contains(operator.uid()) && !state.kind().equals("TIMERS")) {
                        held.add(operator.uid() + "/" + state.name() + "/" + state.kind());
                        isWrittenAsRegistered(operator, state);
                    }
                }
            }
            assertThat(held)
                    .as(
                            "A savepoint of the job holds other states than RegisteredState lists. Register what is new with a"
                                    + " name that was never used and the release that will first have it, and keep what is gone:"
                                    + " savepoints of earlier releases still hold it")
                    .containsExactlyInAnyOrderElementsOf(registered);
            // What else has state are Flink's own source, writers and committers; every other operator of ours has
            // none.
            assertThat(contents.operators())
                    .filteredOn(operator -> operator.isKnown() && !ours.contains(operator.uid()))
                    .allMatch(operator -> operator.uid().startsWith("lake-")
                            || operator.uid().equals(OperatorUid.CLICK_SOURCE.uid()));
        }
    }

    /** What the files of a release say of types, they say of {@link StateTypes}. */
    private static void isWrittenAsRegistered(SavepointContents.Operator operator, SavepointContents.State state) {
        Arrays.stream(RegisteredState.values())
                .filter(each -> each.operator().uid().equals(operator.uid())
                        && each.stateName().equals(state.name()))
                .forEach(registered -> {
                    assertThat(state.value().restoreSerializer())
                            .as(
                                    "how the job writes values of %s, which RegisteredState and StateTypes have to say",
                                    registered)
                            .isEqualTo(StateTypes.value(registered));
                    assertThat(state.key() == null ? null : state.key().restoreSerializer())
                            .as("how the job writes keys of %s, which RegisteredState has to say", registered)
                            .isEqualTo(StateTypes.key(registered));
                });
    }

    @Test
    void whatIsNoSavepointIsRefused() {
        assertThatThrownBy(() -> SavepointContents.read(folder.toUri().toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("There is no savepoint or checkpoint of Flink at " + folder.toUri())
                .hasMessageContaining("Give the folder that holds its file _metadata");
    }

    private JobClient start(String backend, KeepingFlightServer flight) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        ClickstreamJob.configure(env);
        env.configure(new Configuration()
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none")
                .set(StateBackendOptions.STATE_BACKEND, backend));
        env.setParallelism(2);
        var clicks = new DataGeneratorSource<>(
                SavepointTest::record, Long.MAX_VALUE, RateLimiterStrategy.perSecond(200), WireType.SOURCE_RECORD);
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
                        true)
                .connect(records);
        results.storeIn(LakeTarget.embedded(folder.resolve("lake").toUri().toString(), new UUID(1, 2).toString()));
        results.pushTo(new LivePushOperator.Settings(
                flight.uri(),
                new UUID(1, 2).toString(),
                Duration.ofMillis(200),
                100,
                Duration.ofSeconds(30),
                64 << 20));
        return env.executeAsync("savepoint");
    }

    private static SourceRecord record(long index) {
        return new SourceRecord(received(click("e" + index, "user-" + index % 50, 1_700_000_000_000L)), null);
    }
}

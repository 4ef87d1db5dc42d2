package io.openclickstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.options.OptionsException;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import io.openclickstream.schemas.live.LivePrepared;
import io.openclickstream.schemas.metric.MetricDefinition;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyTest {
    @Test
    void heapStateIsCompressedWhateverTheClusterSaysSinceOtherwiseItIsReadByteByByte() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(
                new Configuration().set(ExecutionOptions.SNAPSHOT_COMPRESSION, false));
        ClickstreamJob.configure(env);
        assertThat(env.getConfig().isUseSnapshotCompression()).isTrue();
    }

    @Test
    void checkpointsAreAlignedWhateverTheClusterSaysSinceOtherwiseTheyHoldClicks() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(30))
                .set(CheckpointingOptions.ENABLE_UNALIGNED, true)
                .set(CheckpointingOptions.ALIGNED_CHECKPOINT_TIMEOUT, Duration.ofSeconds(30)));
        ClickstreamJob.connect(env, options());
        var checkpoints = env.getStreamGraph().getJobGraph().getCheckpointingSettings();
        assertThat(checkpoints.getCheckpointCoordinatorConfiguration().getCheckpointInterval())
                .isEqualTo(30_000);
        assertThat(checkpoints.getCheckpointCoordinatorConfiguration().isUnalignedCheckpointsEnabled())
                .isFalse();
    }

    @Test
    void rocksDbIsToldInItsOwnWords() {
        Configuration configuration = new Configuration();
        StateSettings.addTo(configuration);
        assertThat(configuration.get(RocksDBConfigurableOptions.USE_BLOOM_FILTER))
                .isTrue();
        assertThat(configuration.get(RocksDBOptions.ROCKSDB_TIMER_SERVICE_FACTORY_CACHE_SIZE))
                .isEqualTo(configuration.get(StateSettings.CACHED_TIMERS))
                .isGreaterThan(RocksDBOptions.ROCKSDB_TIMER_SERVICE_FACTORY_CACHE_SIZE.defaultValue());
        assertThat(configuration.get(RocksDBOptions.OPTIONS_FACTORY)).isEqualTo(RocksDbOptions.class.getName());
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Rejected.class,
                SessionChange.class,
                Pane.class,
                PaneResult.class,
                MetricDefinition.class,
                LedgerEntry.class,
                LivePrepared.class,
                UserKey.class,
                PaneBucket.class,
                PartitionKey.class
            })
    void whatEntersStateIsEvolvable(Class<?> type) {
        TypeInformation<?> information = TypeInformation.of(type);
        assertThat(information).isInstanceOf(PojoTypeInfo.class);
        var configuration = new Configuration();
        configuration.set(org.apache.flink.configuration.PipelineOptions.GENERIC_TYPES, false);
        var serializer = information.createSerializer(new SerializerConfigImpl(configuration));
        assertThat(serializer).isInstanceOf(PojoSerializer.class);
    }

    @Test
    void everyOperatorHasItsUidFromTheRegistry() throws Exception {
        StreamGraph graph = graph();
        assertThat(graph.getStreamNodes())
                .as(
                        "Every operator of the job has a uid of OperatorUid, each once. A new operator gets a new one; one that is"
                                + " gone leaves its uid behind, never to be used again")
                .extracting(StreamNode::getTransformationUID)
                .filteredOn(uid -> !uid.startsWith("Sink Committer: "))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(OperatorUid.values())
                        .map(OperatorUid::uid)
                        .toList());
    }

    @Test
    void maximumParallelismIsPinned() throws Exception {
        assertThat(graph().getStreamNodes())
                .filteredOn(node -> node.getMaxParallelism() != 1)
                .extracting(StreamNode::getMaxParallelism)
                .containsOnly(ClickstreamJob.MAX_PARALLELISM);
    }

    /** Else a row could be in a later epoch than the one that says that its person is obeyed. */
    @Test
    void noBarrierOvertakesARowFromThoseWhoRefuseErasedPersonsToThoseWhoWriteIt() throws Exception {
        StreamGraph graph = graph();
        Set<String> writers = Set.of("lake-clicks", "final-sessions", "lake-sessions", "lake-rejected");
        assertThat(graph.getStreamNodes())
                .filteredOn(node -> writers.contains(node.getTransformationUID()))
                .hasSize(writers.size())
                .flatExtracting(StreamNode::getInEdges)
                .hasSize(writers.size() + 1)
                .allMatch(edge -> !edge.getPartitioner().isSupportsUnalignedCheckpoint());
    }

    static StreamGraph graph() throws Exception {
        var env = StreamExecutionEnvironment.getExecutionEnvironment();
        ClickstreamJob.connect(env, options());
        return env.getStreamGraph();
    }

    private static PipelineOptions options() throws OptionsException {
        return PipelineOptions.PROGRAM.read(List.of("--lake.uri=file:///tmp/lake"), Map.of());
    }
}

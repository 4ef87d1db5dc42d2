package io.openclickstream.quickstart.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class JobEndTest {
    private MiniCluster flink;

    @BeforeEach
    void start() throws Exception {
        Configuration settings = new Configuration();
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        flink = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(1)
                .build());
        flink.start();
    }

    @AfterEach
    void stop() throws Exception {
        flink.closeAsync().get(60, TimeUnit.SECONDS);
    }

    @Test
    void tellsHowTheJobHasEnded() throws Exception {
        JobID job = submit(100);
        assertThat(JobEnd.await(flink, job).getJobStatus()).contains(JobStatus.FINISHED);
    }

    @Test
    void aJobWithoutATaskManagerHasEndedToo() throws Exception {
        JobID job = submit(Long.MAX_VALUE);
        flink.terminateTaskManager(0).get(60, TimeUnit.SECONDS);
        assertThatThrownBy(() -> JobEnd.await(flink, job))
                .isInstanceOf(JobEnd.NoTaskManagerException.class)
                .hasMessageContaining("goes on from the last checkpoint");
    }

    private JobID submit(long last) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        env.fromSequence(1, last).sinkTo(new DiscardingSink<>());
        JobGraph job = env.getStreamGraph().getJobGraph();
        return flink.submitJob(job).get(60, TimeUnit.SECONDS).getJobID();
    }
}

package io.openclickstream.load.sidebyside;

import java.util.Locale;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The jobs that do the same work. */
enum Job {
    CLICKSTREAM,
    FLINK_SQL,
    DATASTREAM;

    /** How it is called in tables. */
    String shownAs() {
        return switch (this) {
            case CLICKSTREAM -> "Open Clickstream";
            case FLINK_SQL -> "Flink SQL";
            case DATASTREAM -> "DataStream API";
        };
    }

    /** How it is called in results. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Adds the job, bounded by what the topic holds, and runs it to its end. */
    void run(StreamExecutionEnvironment env, Topic topic) throws Exception {
        switch (this) {
            case CLICKSTREAM -> ClickstreamWork.run(env, topic);
            case FLINK_SQL -> FlinkSqlWork.run(env, topic);
            case DATASTREAM -> DataStreamWork.run(env, topic);
        }
    }

    /**
     * What is read.
     *
     * @param servers of Kafka
     * @param isAvro whether clicks are Avro, otherwise JSON
     */
    record Topic(String servers, String name, boolean isAvro) {}
}

package io.openclickstream.load.sidebyside;

import java.util.Locale;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The jobs that are compared. */
enum Job {
    /** Ours. */
    CLICKSTREAM,
    /** What SQL gives with little effort: counts, of clicks that may have come twice. */
    FLINK_SQL,
    /** The same with the DataStream API's windows. */
    DATASTREAM,
    /** What of our work SQL can say: each click once, and of a session every fact. */
    FLINK_SQL_WHOLE;

    /** What it puts out and others do too; a result of the same name holds the same rows in every job. */
    Set<String> results() {
        return switch (this) {
            case CLICKSTREAM -> Set.of("sessions", "session_facts", "urls", "country_device");
            case FLINK_SQL, DATASTREAM -> Set.of("sessions", "urls", "country_device");
            case FLINK_SQL_WHOLE -> Set.of("session_facts", "urls", "country_device");
        };
    }

    /** How it is called in tables. */
    String shownAs() {
        return switch (this) {
            case CLICKSTREAM -> "Open Clickstream";
            case FLINK_SQL -> "Flink SQL";
            case DATASTREAM -> "DataStream API";
            case FLINK_SQL_WHOLE -> "Flink SQL, whole";
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
            case FLINK_SQL -> FlinkSqlWork.run(env, topic, false);
            case FLINK_SQL_WHOLE -> FlinkSqlWork.run(env, topic, true);
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

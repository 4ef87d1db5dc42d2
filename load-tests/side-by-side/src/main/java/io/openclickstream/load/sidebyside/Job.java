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
    FLINK_SQL_WHOLE,
    /** Ours once more, beside the next one. */
    USER_IDS,
    /** Ours, with pseudonyms in place of user ids. */
    PSEUDONYMS;

    /** What it puts out and others do too; a result of the same name holds the same rows in every job. */
    Set<String> results() {
        return switch (this) {
            case CLICKSTREAM -> Set.of("sessions", "session_facts", "urls", "country_device");
            case FLINK_SQL, DATASTREAM -> Set.of("sessions", "urls", "country_device");
            case FLINK_SQL_WHOLE -> Set.of("session_facts", "urls", "country_device");
            case USER_IDS, PSEUDONYMS -> Set.of("facts_without_user", "urls", "country_device");
        };
    }

    /** Whether it is our job. */
    boolean isOurs() {
        return switch (this) {
            case CLICKSTREAM, USER_IDS, PSEUDONYMS -> true;
            case FLINK_SQL, DATASTREAM, FLINK_SQL_WHOLE -> false;
        };
    }

    /** How it is called in tables. */
    String shownAs() {
        return switch (this) {
            case CLICKSTREAM -> "Open Clickstream";
            case FLINK_SQL -> "Flink SQL";
            case DATASTREAM -> "DataStream API";
            case FLINK_SQL_WHOLE -> "Flink SQL, whole";
            case USER_IDS -> "user ids";
            case PSEUDONYMS -> "pseudonyms";
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
            case USER_IDS -> ClickstreamWork.runWithoutUsers(env, topic, null);
            case PSEUDONYMS -> ClickstreamWork.runWithoutUsers(env, topic, PseudonymKeysOfRun.write());
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

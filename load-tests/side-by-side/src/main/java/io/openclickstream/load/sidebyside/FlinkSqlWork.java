package io.openclickstream.load.sidebyside;

import io.openclickstream.load.sidebyside.Job.Topic;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The work as Flink SQL: {@code flink-sql.sql}, over clicks as {@code flink-sql-json.sql} or {@code -avro.sql} has them. */
final class FlinkSqlWork {
    private FlinkSqlWork() {}

    static void run(StreamExecutionEnvironment env, Topic topic) throws Exception {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.getConfig().set("table.local-time-zone", "UTC");
        StreamStatementSet inserts = tables.createStatementSet();
        String clicks = text(topic.isAvro() ? "flink-sql-avro.sql" : "flink-sql-json.sql");
        for (String statement : (clicks + text("flink-sql.sql")).split(";\\s*\n", -1)) {
            String sql = statement.strip().replace("${topic}", topic.name()).replace("${servers}", topic.servers());
            if (sql.startsWith("INSERT")) {
                inserts.addInsertSql(sql);
            } else if (!sql.isEmpty()) {
                tables.executeSql(sql);
            }
        }
        inserts.attachAsDataStream();
        env.execute("flink-sql");
    }

    private static String text(String name) throws Exception {
        try (InputStream file = FlinkSqlWork.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

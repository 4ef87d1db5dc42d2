package io.openclickstream.load.sidebyside;

import io.openclickstream.load.sidebyside.Job.Topic;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The work as Flink SQL: {@code flink-sql.sql}. */
final class FlinkSqlWork {
    private FlinkSqlWork() {}

    static void run(StreamExecutionEnvironment env, Topic topic) throws Exception {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.getConfig().set("table.local-time-zone", "UTC");
        StreamStatementSet inserts = tables.createStatementSet();
        for (String statement : text().split(";\\s*\n", -1)) {
            String sql = statement
                    .strip()
                    .replace("${topic}", topic.name())
                    .replace("${servers}", topic.servers())
                    .replace("${format}", topic.isAvro() ? "'format' = 'avro'" : "'format' = 'json'");
            if (sql.startsWith("INSERT")) {
                inserts.addInsertSql(sql);
            } else if (!sql.isEmpty()) {
                tables.executeSql(sql);
            }
        }
        inserts.attachAsDataStream();
        env.execute("flink-sql");
    }

    private static String text() throws Exception {
        try (InputStream file = FlinkSqlWork.class.getResourceAsStream("flink-sql.sql")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

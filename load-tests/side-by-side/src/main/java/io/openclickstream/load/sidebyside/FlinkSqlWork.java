package io.openclickstream.load.sidebyside;

import io.openclickstream.load.sidebyside.Job.Topic;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * The work as Flink SQL, over clicks as {@code flink-sql-json.sql} or {@code flink-sql-avro.sql} has them: {@code
 * flink-sql.sql} counts, {@code flink-sql-whole.sql} also de-duplicates and says of a session what ours says.
 */
final class FlinkSqlWork {
    private FlinkSqlWork() {}

    static void run(StreamExecutionEnvironment env, Topic topic, boolean isWhole) throws Exception {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.getConfig().set("table.local-time-zone", "UTC");
        StreamStatementSet inserts = tables.createStatementSet();
        String work = isWhole ? "flink-sql-whole" : "flink-sql";
        String clicks = text(topic.isAvro() ? "flink-sql-avro.sql" : work + "-json.sql");
        for (String statement : (clicks + text(work + ".sql")).split(";\\s*\n", -1)) {
            String sql = statement.strip().replace("${topic}", topic.name()).replace("${servers}", topic.servers());
            if (sql.startsWith("INSERT")) {
                inserts.addInsertSql(sql);
            } else if (sql.startsWith("SET")) {
                String[] setting = sql.split("'", -1);
                tables.getConfig().set(setting[1], setting[3]);
            } else if (!sql.isEmpty()) {
                tables.executeSql(sql);
            }
        }
        inserts.attachAsDataStream();
        env.execute(work);
    }

    private static String text(String name) throws Exception {
        try (InputStream file = FlinkSqlWork.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

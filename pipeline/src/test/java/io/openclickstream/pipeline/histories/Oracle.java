package io.openclickstream.pipeline.histories;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What has to come out, by SQL over all clicks at once; shares nothing with the job. */
final class Oracle implements AutoCloseable {
    private static final String SESSIONS = """
            WITH ordered AS (
              SELECT *, CASE WHEN event_time - lag(event_time) OVER w <= %1$d THEN 0 ELSE 1 END AS begins
              FROM clicks WINDOW w AS (PARTITION BY site_id, user_id ORDER BY event_time, event_id)
            ), numbered AS (
              SELECT *, sum(begins) OVER (PARTITION BY site_id, user_id ORDER BY event_time, event_id
                ROWS UNBOUNDED PRECEDING) AS number
              FROM ordered
            ), sessions AS (
              SELECT site_id, user_id, min(event_time) AS start_time, max(event_time) AS end_time, count(*) AS clicks,
                count(*) FILTER (WHERE event_type = 'page_view') AS pages,
                count(*) FILTER (WHERE event_type = 'purchase') AS orders,
                sum(amount) FILTER (WHERE currency = 'EUR') AS eur, sum(amount) FILTER (WHERE currency = 'JPY') AS jpy,
                arg_min(coalesce(page, '-'), (event_time, event_id)) AS entry,
                arg_max(coalesce(page, '-'), (event_time, event_id)) AS exit,
                arg_min(event_id, (ingestion_time, kafka_partition, kafka_offset)) AS first_received
              FROM numbered GROUP BY site_id, user_id, number
            )
            """;
    private static final String SESSION_LINES = SESSIONS + """
            SELECT concat_ws('|', site_id, user_id, start_time, end_time, clicks, pages, orders, coalesce(eur::VARCHAR, '-'),
              coalesce(jpy::VARCHAR, '-'), entry, exit, first_received) AS line
            FROM sessions ORDER BY line
            """;
    private static final String METRIC_LINES = SESSIONS + """
            SELECT concat_ws('|', 'by_page', site_id, coalesce(page, '-'), event_time // %2$d * %2$d, count(*),
              coalesce(sum(amount)::VARCHAR, '-'), min(event_time), max(event_id), count(DISTINCT user_id)) AS line
            FROM clicks GROUP BY site_id, coalesce(page, '-'), event_time // %2$d
            UNION ALL
            SELECT concat_ws('|', 'lengths', site_id, end_time // %2$d * %2$d, count(*), sum(clicks), sum(end_time - start_time))
            FROM sessions GROUP BY site_id, end_time // %2$d
            ORDER BY line
            """;

    private final Connection duckdb;
    private final String sessions;
    private final String metrics;

    Oracle(long gapMillis, long windowMillis) throws SQLException {
        duckdb = DriverManager.getConnection("jdbc:duckdb:");
        sessions = SESSION_LINES.formatted(gapMillis);
        metrics = METRIC_LINES.formatted(gapMillis, windowMillis);
        try (Statement statement = duckdb.createStatement()) {
            statement.execute(
                    "CREATE TABLE clicks (event_id VARCHAR, site_id VARCHAR, user_id VARCHAR, event_time BIGINT,"
                            + " event_type VARCHAR, page VARCHAR, amount DECIMAL(27, 9), currency VARCHAR,"
                            + " ingestion_time BIGINT, kafka_partition INTEGER, kafka_offset BIGINT)");
        }
    }

    /** Says what is made of these clicks. */
    void take(List<ReceivedClick> clicks) throws SQLException {
        try (Statement statement = duckdb.createStatement()) {
            statement.execute("DELETE FROM clicks");
        }
        try (PreparedStatement insert =
                duckdb.prepareStatement("INSERT INTO clicks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (ReceivedClick received : clicks) {
                Click click = received.click();
                insert.setString(1, click.eventId());
                insert.setString(2, click.siteId());
                insert.setString(3, click.userId());
                insert.setLong(4, click.eventTimeMillis());
                insert.setString(5, click.eventType());
                insert.setString(6, click.page());
                insert.setBigDecimal(7, click.amount());
                insert.setString(8, click.currency());
                insert.setLong(9, received.source().ingestionTimeMillis());
                insert.setInt(10, received.source().partition());
                insert.setLong(11, received.source().offset());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** A line per session. */
    List<String> sessions() throws SQLException {
        return lines(sessions);
    }

    /** A line per pane of both metrics. */
    List<String> metrics() throws SQLException {
        return lines(metrics);
    }

    @Override
    public void close() throws SQLException {
        duckdb.close();
    }

    private List<String> lines(String query) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
        }
        return lines;
    }
}

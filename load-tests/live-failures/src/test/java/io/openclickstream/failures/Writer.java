package io.openclickstream.failures;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.WrongCatalogException;
import io.openclickstream.pipeline.sink.live.LiveLedger;
import io.openclickstream.pipeline.sink.live.LiveMetrics;
import io.openclickstream.pipeline.sink.live.LiveRows;
import io.openclickstream.pipeline.sink.live.LiveSessions;
import io.openclickstream.schemas.OperatorUid;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The writers of a job: what each writes, and the columns that are compared. */
@SuppressWarnings("ImmutableEnumChecker") // nothing of it has setters
enum Writer {
    SESSIONS(
            OperatorUid.LIVE_SESSIONS,
            LiveSessions::new,
            Map.of(
                    "sessions",
                    List.of("session_id", "user_id", "start_time", "end_time", "clicks", "is_final", "revision"))),
    METRICS(
            OperatorUid.LIVE_METRICS,
            () -> new LiveMetrics(catalog()),
            Map.of(
                    "pages", List.of("window_start", "site_id", "page", "clicks", "is_final"),
                    "sites", List.of("window_start", "site_id", "clicks", "is_final"))),
    LEDGER(
            OperatorUid.LIVE_LEDGER,
            LiveLedger::new,
            Map.of("ledger", List.of("topic", "partition", "epoch", "from_offset", "next_offset", "received")));

    static final List<String> TABLES = List.of("ledger", "pages", "sessions", "sites");

    final OperatorUid uid;
    private final Supplier<LiveRows<?>> rows;
    private final Map<String, List<String>> columns;

    Writer(OperatorUid uid, Supplier<LiveRows<?>> rows, Map<String, List<String>> columns) {
        this.uid = uid;
        this.rows = rows;
        this.columns = columns;
    }

    /** Its rows, for one operator: they work in buffers of their own, and Flink gives each operator a copy. */
    LiveRows<?> rows() {
        return rows.get();
    }

    /** The columns of a table that are compared. */
    static List<String> columns(String table) {
        for (Writer writer : values()) {
            if (writer.columns.containsKey(table)) {
                return writer.columns.get(table);
            }
        }
        throw new IllegalArgumentException("There is no table " + table + ".");
    }

    private static MetricCatalog catalog() {
        String query = "SELECT %1$s, COUNT(*) AS clicks FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), "
                + "INTERVAL '1' HOUR)) GROUP BY window_start, window_end, %2$s";
        try {
            return MetricCatalog.of(Map.of(
                    "pages.sql",
                    query.formatted("site_id, COALESCE(page, '') AS page", "site_id, COALESCE(page, '')"),
                    "sites.sql",
                    query.formatted("site_id", "site_id")));
        } catch (WrongCatalogException e) {
            throw new IllegalStateException(e);
        }
    }
}

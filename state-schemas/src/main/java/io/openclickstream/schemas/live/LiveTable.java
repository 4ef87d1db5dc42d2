package io.openclickstream.schemas.live;

import static io.openclickstream.schemas.live.LiveColumns.bool;
import static io.openclickstream.schemas.live.LiveColumns.column;
import static io.openclickstream.schemas.live.LiveColumns.int32;
import static io.openclickstream.schemas.live.LiveColumns.int64;
import static io.openclickstream.schemas.live.LiveColumns.millis;
import static io.openclickstream.schemas.live.LiveColumns.utf8;

import java.util.List;
import java.util.Locale;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The live tables that the pipeline pushes beside its metrics. Names, keys and columns are a contract with every dashboard: columns are
 * added at the end, never renamed or retyped.
 */
@SuppressWarnings("ImmutableEnumChecker") // Arrow's Schema has no setters, but does not say so
public enum LiveTable {
    /** One row per session, open or final; windowed by start time. */
    SESSIONS(
            "One visit of one user, open or final.",
            List.of("session_id"),
            "start_time",
            List.of(
                    column("session_id", utf8(), false, "stable id, made from the click that Kafka received first"),
                    column("site_id", utf8(), false, "site (tenant)"),
                    column("user_id", utf8(), false, "who clicked"),
                    column("start_time", millis(), false, "event time of the earliest click"),
                    column("end_time", millis(), false, "event time of the latest click"),
                    column("duration_ms", int64(), false, "end_time - start_time in milliseconds"),
                    column("clicks", int64(), false, "accepted clicks"),
                    column("entry_page", utf8(), true, "page of the earliest click"),
                    column("exit_page", utf8(), true, "page of the latest click"),
                    column("is_final", bool(), false, "no accepted click can touch it any more"),
                    column("pages", int64(), false, "clicks of type page_view"),
                    column("referrer", utf8(), true, "referrer of the earliest click"),
                    column("utm_source", utf8(), true, "utm_source of the earliest click"),
                    column("utm_medium", utf8(), true, "utm_medium of the earliest click"),
                    column("utm_campaign", utf8(), true, "utm_campaign of the earliest click"),
                    column("country", utf8(), true, "country of the earliest click"),
                    column("device", utf8(), true, "device of the earliest click"),
                    column("orders", int64(), false, "clicks of type purchase"),
                    column("revenue", utf8(), false, "exact sums by currency as a JSON object of decimals in texts"),
                    column("is_bounce", bool(), false, "at most one page and no order"),
                    column("close_reason", utf8(), true, "why no further click joined; null while one still may"),
                    column("revision", int64(), false, "grows with every change of the row"))),

    /** One row per epoch and Kafka partition: what became of every record read in it. Windowed by ingestion time. */
    LEDGER(
            "What became of every record read from one Kafka partition in one epoch.",
            List.of("topic", "partition", "epoch"),
            "ingestion_time",
            List.of(
                    column("topic", utf8(), false, "Kafka topic"),
                    column("partition", int32(), false, "Kafka partition"),
                    column("epoch", int64(), false, "checkpoint before whose barrier the records were read"),
                    column("next_offset", int64(), false, "offset after the last record read"),
                    column("received", int64(), false, "records read; the sum of the outcomes"),
                    column("accepted", int64(), false, "counted in sessions and metrics"),
                    column("duplicate", int64(), false, "same event id of the same user again"),
                    column("late", int64(), false, "further behind the watermark than the allowed lateness"),
                    column("malformed", int64(), false, "not readable as a click"),
                    column("future", int64(), false, "further ahead of its ingestion than the allowed skew"),
                    column("filtered", int64(), false, "refused by a policy: its user sends too many clicks"),
                    column("from_offset", int64(), true, "offset of the first record read"),
                    column("ingestion_time", millis(), false, "latest ingestion of the records read so far"),
                    column("complete_through", millis(), true, "final rows up to this event time are in this epoch"),
                    column("is_drained", bool(), true, "everything read so far is final")));

    private final LiveTableSchema definition;

    LiveTable(String description, List<String> primaryKey, @Nullable String windowColumn, List<Field> columns) {
        definition =
                LiveTableSchema.of(name().toLowerCase(Locale.ROOT), description, primaryKey, windowColumn, columns);
    }

    /** The table's name and columns. */
    public LiveTableSchema definition() {
        return definition;
    }

    /** The table's name in Flight paths and put headers. */
    public String tableName() {
        return definition.name();
    }

    /** The columns that readers see, with key, window and descriptions in the metadata. */
    public Schema schema() {
        return definition.schema();
    }

    /** The columns that a writer puts: those of {@link #schema()} and {@code _op} after them. */
    public Schema putSchema() {
        return definition.putSchema();
    }
}

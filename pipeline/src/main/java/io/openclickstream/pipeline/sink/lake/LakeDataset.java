package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.lake.LakeTable;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.schemas.SchemaText;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.lake.LakeProgress;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Session;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One dataset of the lake: its tables, and how a row fills them.
 *
 * @param name such as {@code clicks}
 * @param folders one for each table
 * @param folderOf position of a row's table among them
 * @param ingestionTimeMillis decides the partition a row is written to
 * @param memoryBytes about what a row takes while it waits to be written
 * @param sortKey by the columns that its folders say they are sorted by
 * @param progress what a row says of how far the job has come; null when it says nothing
 * @param lookUp how a file says whether it holds a value; null when nobody asks
 * @param hardlyRepeated columns of which most rows have a value of their own, so that no dictionary is tried
 * @param write fills one row
 */
public record LakeDataset<T>(
        String name,
        List<LakeFolder> folders,
        LongOf<T> folderOf,
        LongOf<T> ingestionTimeMillis,
        LongOf<T> memoryBytes,
        KeyOf<T> sortKey,
        Progress<T> progress,
        @Nullable LookUp<T> lookUp,
        List<String> hardlyRepeated,
        RowWriter<T> write)
        implements Serializable {

    /** Of objects that do not know how large they are. */
    private static final long SMALL_ROW_BYTES = 1_000;

    /** A number of a row. */
    @FunctionalInterface
    public interface LongOf<T> extends ToLongFunction<T>, Serializable {}

    /** By what a row is sorted in a file. */
    @FunctionalInterface
    public interface KeyOf<T> extends Function<T, SortKey>, Serializable {}

    /** Whether two rows have the same value in a column. */
    @FunctionalInterface
    public interface SameValue<T> extends BiPredicate<T, T>, Serializable {}

    /** How far a row says that the job has come. */
    @FunctionalInterface
    public interface Progress<T> extends Serializable {
        @Nullable
        LakeProgress of(T row);
    }

    /** A column by whose values files are looked up. */
    public record LookUp<T>(String column, SameValue<T> same) implements Serializable {
        /** How many values there are in sorted rows; too many when a value is in several places. */
        public long distinct(List<T> rows) {
            long distinct = 1;
            for (int i = 1; i < rows.size(); i++) {
                if (!same.test(rows.get(i - 1), rows.get(i))) {
                    distinct++;
                }
            }
            return distinct;
        }
    }

    /** Writes the columns of a row. */
    @FunctionalInterface
    public interface RowWriter<T> extends BiConsumer<T, LakeRow>, Serializable {}

    /** The tables of all datasets. */
    public static List<LakeTable> tables(MetricCatalog catalog) {
        return Stream.of(clicks(), sessions(), metrics(catalog), rejected(), ledger())
                .flatMap(dataset -> dataset.folders().stream())
                .map(LakeFolder::lakeTable)
                .toList();
    }

    /** Accepted clicks. */
    public static LakeDataset<ReceivedClick> clicks() {
        return new LakeDataset<>(
                "clicks",
                folder("clicks", SchemaText.LAKE_CLICKS, "site_id", "user_id", "event_time"),
                click -> 0,
                click -> click.source().ingestionTimeMillis(),
                ReceivedClick::memoryBytes,
                received -> new SortKey()
                        .text(received.click(), ClickText.SITE_ID)
                        .text(received.click(), ClickText.USER_ID)
                        .number(received.click().eventTimeMillis())
                        .number(received.source().partition())
                        .number(received.source().offset()),
                click -> null,
                new LookUp<>("user_id", (one, other) -> one.click().isSameText(ClickText.USER_ID, other.click())),
                List.of("event_id", "event_time", "sent_at", "ingestion_time", "kafka_offset"),
                LakeDataset::write);
    }

    /** Final sessions. */
    public static LakeDataset<Session> sessions() {
        return new LakeDataset<>(
                "sessions",
                folder("sessions", SchemaText.LAKE_SESSIONS, "site_id", "user_id", "start_time"),
                session -> 0,
                Session::ingestionTimeMillis,
                session -> SMALL_ROW_BYTES,
                session -> new SortKey()
                        .text(session.siteId())
                        .text(session.userId())
                        .number(session.startMillis()),
                session -> null,
                new LookUp<>("user_id", (one, other) -> one.userId().equals(other.userId())),
                List.of("session_id", "start_time", "end_time"),
                LakeDataset::write);
    }

    /** Final metrics: a table each. */
    public static LakeDataset<PaneResult> metrics(MetricCatalog catalog) {
        var metrics = new LakeMetrics(catalog);
        return new LakeDataset<>(
                "metrics",
                metrics.folders(),
                metrics::folderOf,
                result -> result.pane().ingestionTimeMillis(),
                result -> SMALL_ROW_BYTES,
                result -> new SortKey()
                        .number(result.key().windowStartMillis())
                        .text(result.key().dimensions()),
                result -> null,
                null,
                List.of(),
                metrics::write);
    }

    /** Records that were refused, with their bytes. */
    public static LakeDataset<Rejected> rejected() {
        return new LakeDataset<>(
                "rejected",
                folder("rejected", SchemaText.LAKE_REJECTED, "kafka_topic", "kafka_partition", "kafka_offset"),
                rejected -> 0,
                rejected -> rejected.source().ingestionTimeMillis(),
                rejected -> SMALL_ROW_BYTES + length(rejected.rawKey()) + length(rejected.rawValue()),
                rejected -> position(new SortKey(), rejected.source()),
                rejected -> null,
                null,
                List.of("kafka_offset"),
                LakeDataset::write);
    }

    /** What became of every record read, per epoch and Kafka partition. */
    public static LakeDataset<LedgerEntry> ledger() {
        return new LakeDataset<>(
                "ledger",
                folder("ledger", SchemaText.LAKE_LEDGER, "epoch", "kafka_topic", "kafka_partition"),
                entry -> 0,
                LedgerEntry::ingestionTimeMillis,
                entry -> SMALL_ROW_BYTES,
                entry -> new SortKey().number(entry.epoch()).text(entry.topic()).number(entry.partition()),
                LakeDataset::progress,
                null,
                List.of(),
                LakeDataset::write);
    }

    private static List<LakeFolder> folder(String name, SchemaText schema, String... sortedBy) {
        return List.of(new LakeFolder(name, name, schema.text(), List.of(sortedBy)));
    }

    /** The rows in their order; of the same key in the one they came in. */
    public List<T> sorted(List<T> rows) {
        List<SortKey> keys = new ArrayList<>(rows.size());
        rows.forEach(row -> keys.add(sortKey.apply(row)));
        List<T> sorted = new ArrayList<>(rows.size());
        for (int place : KeyOrder.of(keys)) {
            sorted.add(rows.get(place));
        }
        return sorted;
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static LakeProgress progress(LedgerEntry entry) {
        return new LakeProgress(entry.topic(), entry.partition(), entry.toOffset(), entry.completeThroughMillis());
    }

    private static SortKey position(SortKey key, SourcePosition source) {
        return key.text(source.topic()).number(source.partition()).number(source.offset());
    }

    private static void write(ReceivedClick received, LakeRow row) {
        Click click = received.click();
        row.text("event_id", click, ClickText.EVENT_ID)
                .text("site_id", click, ClickText.SITE_ID)
                .text("user_id", click, ClickText.USER_ID)
                .time("event_time", click.eventTimeMillis())
                .time("sent_at", click.sentAtMillis())
                .text("event_type", click, ClickText.EVENT_TYPE)
                .text("url", click, ClickText.URL)
                .text("page", click, ClickText.PAGE)
                .text("referrer", click, ClickText.REFERRER)
                .text("utm_source", click, ClickText.UTM_SOURCE)
                .text("utm_medium", click, ClickText.UTM_MEDIUM)
                .text("utm_campaign", click, ClickText.UTM_CAMPAIGN)
                .text("utm_term", click, ClickText.UTM_TERM)
                .text("utm_content", click, ClickText.UTM_CONTENT)
                .text("country", click, ClickText.COUNTRY)
                .text("device", click, ClickText.DEVICE)
                .text("os", click, ClickText.OS)
                .text("browser", click, ClickText.BROWSER)
                .decimal("amount", click.amount(), Click.AMOUNT_SCALE)
                .text("currency", click, ClickText.CURRENCY)
                .properties("properties", click);
        SourcePosition source = received.source();
        row.time("ingestion_time", source.ingestionTimeMillis())
                .repeatedText("kafka_topic", source.topic())
                .int32("kafka_partition", source.partition())
                .int64("kafka_offset", source.offset());
    }

    private static void write(Session session, LakeRow row) {
        row.text("session_id", session.sessionId())
                .text("site_id", session.siteId())
                .text("user_id", session.userId())
                .time("start_time", session.startMillis())
                .time("end_time", session.endMillis())
                .int64("duration_ms", session.durationMillis())
                .int64("clicks", session.clicks())
                .text("entry_page", session.entryPage())
                .text("exit_page", session.exitPage())
                .time("ingestion_time", session.ingestionTimeMillis())
                .int64("pages", session.pages())
                .text("referrer", session.entry().referrer())
                .text("utm_source", session.entry().utmSource())
                .text("utm_medium", session.entry().utmMedium())
                .text("utm_campaign", session.entry().utmCampaign())
                .text("country", session.entry().country())
                .text("device", session.entry().device())
                .int64("orders", session.orders())
                .amounts("revenue", session.revenue())
                .bool("is_bounce", session.isBounce())
                .text(
                        "close_reason",
                        session.closeReason() == null
                                ? null
                                : session.closeReason().name())
                .int64("revision", session.revision());
    }

    private static void write(LedgerEntry entry, LakeRow row) {
        row.int64("epoch", entry.epoch())
                .text("kafka_topic", entry.topic())
                .int32("kafka_partition", entry.partition())
                .int64("from_offset", entry.fromOffset())
                .int64("to_offset", entry.toOffset())
                .int64("received", entry.received())
                .int64("accepted", entry.accepted())
                .int64("duplicate", entry.duplicate())
                .int64("late", entry.late())
                .int64("malformed", entry.malformed())
                .int64("future", entry.future())
                .int64("filtered", entry.filtered())
                .time("ingestion_time", entry.ingestionTimeMillis())
                .time(
                        "complete_through",
                        entry.completeThroughMillis() == LedgerEntry.NOT_KNOWN ? null : entry.completeThroughMillis())
                .bool("is_drained", entry.isDrained());
    }

    private static void write(Rejected rejected, LakeRow row) {
        SourcePosition source = rejected.source();
        row.text("outcome", rejected.reason().outcome().name())
                .text("reason", rejected.reason().name())
                .text("detail", rejected.detail())
                .repeatedText("kafka_topic", source.topic())
                .int32("kafka_partition", source.partition())
                .int64("kafka_offset", source.offset())
                .time("ingestion_time", source.ingestionTimeMillis())
                .time("event_time", storable(rejected.eventTimeMillis()))
                .bytes("raw_key", rejected.rawKey())
                .bytes("raw_value", rejected.rawValue());
    }

    /** A refused event time may be any number; one that microseconds cannot hold stays in the raw bytes only. */
    private static @Nullable Long storable(@Nullable Long eventTimeMillis) {
        return eventTimeMillis == null || Math.abs((double) eventTimeMillis) > Long.MAX_VALUE / 1_000.0
                ? null
                : eventTimeMillis;
    }
}

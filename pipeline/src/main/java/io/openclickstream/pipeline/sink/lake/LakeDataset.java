package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.schemas.SchemaText;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Session;
import java.io.Serializable;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One dataset of the lake: its folder, its schema and how a row fills it.
 *
 * @param folder below the lake's root
 * @param subfolder of a row below that; empty when the dataset has none. All rows of one have the same columns
 * @param schema of the file that begins with this row, in Parquet's notation
 * @param ingestionTimeMillis decides the partition a row is written to
 * @param hardlyRepeated columns of which most rows have a value of their own, so that no dictionary is tried
 * @param write fills one row
 */
public record LakeDataset<T>(
        String folder,
        Text<T> subfolder,
        Text<T> schema,
        IngestionTime<T> ingestionTimeMillis,
        List<String> hardlyRepeated,
        RowWriter<T> write)
        implements Serializable {

    /** What a row says in words. */
    @FunctionalInterface
    public interface Text<T> extends Function<T, String>, Serializable {}

    /** The ingestion time of a row in milliseconds. */
    @FunctionalInterface
    public interface IngestionTime<T> extends ToLongFunction<T>, Serializable {}

    /** Writes the columns of a row. */
    @FunctionalInterface
    interface RowWriter<T> extends BiConsumer<T, LakeRow>, Serializable {}

    private static <T> LakeDataset<T> of(
            String folder,
            SchemaText schema,
            IngestionTime<T> ingestionTimeMillis,
            List<String> hardlyRepeated,
            RowWriter<T> write) {
        return new LakeDataset<>(folder, row -> "", row -> schema.text(), ingestionTimeMillis, hardlyRepeated, write);
    }

    /** Accepted clicks. */
    public static LakeDataset<ReceivedClick> clicks() {
        return of(
                "clicks",
                SchemaText.LAKE_CLICKS,
                click -> click.source().ingestionTimeMillis(),
                List.of("event_id", "event_time", "sent_at", "ingestion_time", "kafka_offset"),
                LakeDataset::write);
    }

    /** Final sessions. */
    public static LakeDataset<Session> sessions() {
        return of(
                "sessions",
                SchemaText.LAKE_SESSIONS,
                Session::ingestionTimeMillis,
                List.of("session_id", "start_time", "end_time"),
                LakeDataset::write);
    }

    /** Final metrics: a folder each. */
    public static LakeDataset<PaneResult> metrics(MetricCatalog catalog) {
        var metrics = new LakeMetrics(catalog);
        return new LakeDataset<>(
                "metrics",
                result -> result.key().metric(),
                metrics::schema,
                result -> result.pane().ingestionTimeMillis(),
                List.of(),
                metrics::write);
    }

    /** Records that were refused, with their bytes. */
    public static LakeDataset<Rejected> rejected() {
        return of(
                "rejected",
                SchemaText.LAKE_REJECTED,
                rejected -> rejected.source().ingestionTimeMillis(),
                List.of("kafka_offset"),
                LakeDataset::write);
    }

    /** What became of every record read, per epoch and Kafka partition. */
    public static LakeDataset<LedgerEntry> ledger() {
        return of("ledger", SchemaText.LAKE_LEDGER, LedgerEntry::ingestionTimeMillis, List.of(), LakeDataset::write);
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

package io.openclickstream.flight.server;

import io.openclickstream.flight.store.LineageFacts;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.table.Progress;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.schemas.live.PersonsFound;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ToDoubleFunction;

/** What the server counts about itself, for Prometheus. Names are never reused with another meaning. */
final class ServerMetrics {
    private static final String PREFIX = "clickstream_flight_";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Map<String, LongSupplier> memory = new ConcurrentSkipListMap<>();
    private final Counter puts = Counter.builder()
            .name(PREFIX + "puts")
            .help("Batches acknowledged.")
            .labelNames("table")
            .register(registry);
    private final Counter putRows = Counter.builder()
            .name(PREFIX + "put_rows")
            .help("Rows in acknowledged batches.")
            .labelNames("table")
            .register(registry);
    private final Histogram putSeconds = Histogram.builder()
            .name(PREFIX + "put_seconds")
            .help("Time from a batch's arrival until it was durable.")
            .classicOnly()
            .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
            .register(registry);
    private final Histogram commitSeconds = Histogram.builder()
            .name(PREFIX + "commit_seconds")
            .help("Time from an epoch's commit being asked for until it was durable and read.")
            .classicOnly()
            .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
            .register(registry);
    private final Counter refused = Counter.builder()
            .name(PREFIX + "refused")
            .help("Calls refused, by reason.")
            .labelNames("reason")
            .register(registry);
    private final Counter streamsStarted = Counter.builder()
            .name(PREFIX + "streams_started")
            .help("Tables that clients began to read.")
            .register(registry);

    private final Histogram streamSeconds = Histogram.builder()
            .name(PREFIX + "stream_seconds")
            .help("Time from a table's being asked for until its last row had left or the reading had ended otherwise.")
            .classicOnly()
            .classicUpperBounds(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600)
            .register(registry);
    private final Counter streamBytes = Counter.builder()
            .name(PREFIX + "stream_bytes")
            .help("Bytes of rows sent to readers, before encoding.")
            .register(registry);
    private final Counter callsEnded = Counter.builder()
            .name(PREFIX + "calls_ended")
            .help(
                    "Calls under way that were ended because a token or certificate had expired, or was revoked or changed.")
            .register(registry);

    private final Counter personsErased = Counter.builder()
            .name(PREFIX + "persons_erased")
            .help("Persons whose rows were removed on demand; each time counts.")
            .register(registry);
    private final Counter rowsErased = Counter.builder()
            .name(PREFIX + "rows_erased")
            .help("Rows removed because their persons were erased, each key counted once.")
            .labelNames("table")
            .register(registry);

    ServerMetrics() {
        for (Refused.Reason reason : Refused.Reason.values()) {
            refused.labelValues(nameOf(reason));
        }
        GaugeWithCallback.builder()
                .name(PREFIX + "direct_memory_bytes")
                .help("Direct memory in use, by what for.")
                .labelNames("pool")
                .callback(callback -> memory.forEach((pool, bytes) -> callback.call((double) bytes.getAsLong(), pool)))
                .register(registry);
    }

    PrometheusRegistry registry() {
        return registry;
    }

    /** Adds what is measured of subscriptions when somebody looks. */
    void watch(Subscriptions subscriptions) {
        GaugeWithCallback.builder()
                .name(PREFIX + "subscribers")
                .help("Clients that follow a table now.")
                .labelNames("table")
                .callback(callback ->
                        subscriptions.countsByTable().forEach((table, count) -> callback.call((double) count, table)))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "subscribers_not_ready")
                .help(
                        "Clients that have not taken yet what they were sent last; for each one message waits, never more.")
                .callback(callback -> callback.call((double) subscriptions.countWaitedFor()))
                .register(registry);
        CounterWithCallback.builder()
                .name(PREFIX + "subscriptions_conflated")
                .help("Steps that led a slow subscriber over several versions at once.")
                .callback(callback -> callback.call((double) subscriptions.conflations()))
                .register(registry);
        CounterWithCallback.builder()
                .name(PREFIX + "subscription_frames")
                .help("Steps that were encoded once for all who take them.")
                .callback(callback -> callback.call((double) subscriptions.framesEncoded()))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "subscription_bytes")
                .help("Memory of encoded changes and of batches on their way to subscribers.")
                .callback(callback -> callback.call((double) subscriptions.bytes()))
                .register(registry);
    }

    /** Adds what is measured of the log and of those who follow it. */
    void watch(LiveStore store, LogStreams logs) {
        GaugeWithCallback.builder()
                .name(PREFIX + "log_position")
                .help("Number of the last durable record of the log; a replica that has all has the same.")
                .callback(callback -> callback.call((double) store.logSequence()))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "followers")
                .help("Replicas that follow this server now.")
                .callback(callback -> callback.call(logs.count()))
                .register(registry);
        CounterWithCallback.builder()
                .name(PREFIX + "follower_bytes")
                .help("Bytes of the log and of states sent to replicas.")
                .callback(callback -> callback.call((double) logs.sentBytes()))
                .register(registry);
        CounterWithCallback.builder()
                .name(PREFIX + "states_taken")
                .help("How often this replica has taken its leader's whole state.")
                .callback(callback -> callback.call((double) store.statesTaken()))
                .register(registry);
    }

    /** Adds what is measured of a replica. */
    void watch(Following following) {
        GaugeWithCallback.builder()
                .name(PREFIX + "staleness_seconds")
                .help("How long ago this replica certainly had all that its leader had; infinite when never yet.")
                .callback(callback -> callback.call(following.secondsBehind(System.nanoTime())))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "records_behind")
                .help("Records of the leader's log that are known to be missing here.")
                .callback(callback -> callback.call((double) following.recordsBehind()))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "leader_connected")
                .help("1 while this replica is connected to its leader.")
                .callback(callback -> callback.call(following.isConnected() ? 1 : 0))
                .register(registry);
        CounterWithCallback.builder()
                .name(PREFIX + "leader_connections")
                .help("How often this replica has connected to its leader.")
                .callback(callback -> callback.call((double) following.connections()))
                .register(registry);
    }

    /** Adds what is measured when somebody looks. */
    void watch(LiveStore store, TableStreams streams, Waits waits) {
        GaugeWithCallback.builder()
                .name(PREFIX + "waits")
                .help("Calls that wait for a table to become complete.")
                .callback(callback -> callback.call(waits.count()))
                .register(registry);
        gauge(store, "rows", "Rows in a table.", TableSnapshot::rows);
        gauge(store, "bytes", "Memory that a table costs.", TableSnapshot::bytes);
        gauge(store, "version", "Changes applied to a table.", table -> table.state()
                .version());
        gauge(store, "epoch", "Smallest epoch that any writer of a table has reached; -1 if unknown.", table -> {
            Progress progress = table.state().progress();
            return (progress == null ? OptionalLong.empty() : progress.epoch()).orElse(-1);
        });
        GaugeWithCallback.builder()
                .name(PREFIX + "committed_epoch")
                .help("Epoch of the committed views of the served lineage; 0 before the first.")
                .callback(callback -> callback.call((double) store.lineages().stream()
                        .filter(LineageFacts::isServed)
                        .mapToLong(LineageFacts::committedEpoch)
                        .sum()))
                .register(registry);
        gauge(
                store,
                "watermark_seconds",
                "Event time up to which a table is complete, since 1970; NaN if unknown.",
                ServerMetrics::watermarkSeconds);
        counter(store, "windows_evicted", "Windows that left because memory was full.", table -> table.state()
                .counters()
                .windowsEvicted());
        counter(store, "windows_expired", "Windows older than the retention.", table -> table.state()
                .counters()
                .windowsExpired());
        counter(store, "rows_ignored", "Rows put into windows that had left already.", table -> table.state()
                .counters()
                .rowsIgnored());
        GaugeWithCallback.builder()
                .name(PREFIX + "memory_bytes")
                .help("Memory that all tables cost, with all views and kept epochs; bounded by memory.max.")
                .callback(callback -> callback.call((double) store.tableBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "log_bytes")
                .help("Size of the log on disk.")
                .callback(callback -> callback.call((double) store.logBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "held_by_readers_bytes")
                .help("Memory of rows that have changed since, but that readers still hold.")
                .callback(callback -> callback.call((double) store.bytesHeldByReaders()))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "streams")
                .help("Tables being read now.")
                .callback(callback -> callback.call(streams.count()))
                .register(registry);
        GaugeWithCallback.builder()
                .name(PREFIX + "broken")
                .help("1 when no puts are taken until a restart.")
                .callback(callback -> callback.call(store.failure() == null ? 0 : 1))
                .register(registry);
    }

    void put(String table, int rows, long nanos) {
        puts.labelValues(table).inc();
        putRows.labelValues(table).inc(rows);
        putSeconds.observe(nanos / (double) TimeUnit.SECONDS.toNanos(1));
    }

    void refused(Refused.Reason reason) {
        refused.labelValues(nameOf(reason)).inc();
    }

    void committed(long nanos) {
        commitSeconds.observe(nanos / (double) TimeUnit.SECONDS.toNanos(1));
    }

    void erased(int persons, PersonsFound found) {
        personsErased.inc(persons);
        found.tables().forEach(table -> rowsErased.labelValues(table.table()).inc(table.rows()));
    }

    void streamStarted() {
        streamsStarted.inc();
    }

    void sent(long bytes) {
        streamBytes.inc(bytes);
    }

    void streamEnded(long nanos) {
        streamSeconds.observe(nanos / (double) TimeUnit.SECONDS.toNanos(1));
    }

    void callEnded() {
        callsEnded.inc();
    }

    /** Adds a pool of memory. */
    void watchMemory(String pool, LongSupplier bytes) {
        memory.put(pool, bytes);
    }

    private void gauge(LiveStore store, String name, String help, ToDoubleFunction<TableSnapshot> value) {
        GaugeWithCallback.builder()
                .name(PREFIX + name)
                .help(help)
                .labelNames("table")
                .callback(callback -> forEach(store, value, (table, now) -> callback.call(now, table)))
                .register(registry);
    }

    private void counter(LiveStore store, String name, String help, ToDoubleFunction<TableSnapshot> value) {
        CounterWithCallback.builder()
                .name(PREFIX + name)
                .help(help)
                .labelNames("table")
                .callback(callback -> forEach(store, value, (table, now) -> callback.call(now, table)))
                .register(registry);
    }

    private static void forEach(
            LiveStore store, ToDoubleFunction<TableSnapshot> value, ObjDoubleConsumer<String> taker) {
        for (String table : store.tableNames()) {
            try (TableSnapshot snapshot = store.snapshot(table)) {
                taker.accept(table, value.applyAsDouble(snapshot));
            } catch (Refused e) {
                // The server is closing: there is nothing to measure any more.
            }
        }
    }

    private static double watermarkSeconds(TableSnapshot table) {
        Progress progress = table.state().progress();
        OptionalLong millis = progress == null ? OptionalLong.empty() : progress.watermarkMillis();
        return millis.isPresent() ? millis.getAsLong() / 1000.0 : Double.NaN;
    }

    private static String nameOf(Refused.Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}

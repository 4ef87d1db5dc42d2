package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.LivePrepared;
import io.openclickstream.schemas.live.LiveTableSchema;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** What one subtask has for one live table: the latest rows that wait, and the stream that takes them. */
final class LiveLane<T> implements AutoCloseable {
    private final String table;
    private final LiveRows<T> rows;
    private final LiveBatch batch;
    private final LiveConnection connection;
    private final Map<Object, T> waiting = new LinkedHashMap<>();

    private long batches;
    private long pushedRows;
    private long digest = RowDigest.NOTHING;
    private boolean hasNews = true;
    private @Nullable Iterator<T> unsent;
    private @Nullable PutHeader sent;

    LiveLane(LiveTableSchema table, LiveRows<T> rows, LivePushOperator.Settings settings, BufferAllocator allocator) {
        this.table = table.name();
        this.rows = rows;
        batch = new LiveBatch(table, allocator);
        connection = new LiveConnection(settings, allocator, batch, table.name());
    }

    /** Keeps a row until the next flush. */
    void add(T row) {
        Object key = rows.key(row);
        // Removed first, so that the batch keeps the order of the latest changes.
        waiting.remove(key);
        waiting.put(key, row);
    }

    int size() {
        return waiting.size();
    }

    /** Event time or the epoch has moved on, which readers are told even when no row has changed. */
    void moved() {
        hasNews = true;
    }

    boolean hasNews() {
        return hasNews || !waiting.isEmpty();
    }

    /** The part of a put header that is this lane's own. */
    @FunctionalInterface
    interface Header {
        PutHeader of(String table, long seq, long digest);
    }

    /** Sends the next batch, empty when no row waits, without waiting for its answer. */
    void send(Header header) {
        Iterator<T> rest = unsent == null ? waiting.values().iterator() : unsent;
        batch.fill(rows, rest);
        unsent = rest;
        PutHeader next = header.of(table, batches, RowDigest.of(batch.root()));
        sent = next;
        connection.send(next);
    }

    /** Waits until the batch sent is durable; false when more rows are left to send. */
    boolean awaitDurable(Patience.Outage outage) throws InterruptedException, LivePushException {
        if (sent == null || unsent == null) {
            throw new IllegalStateException("Nothing was sent.");
        }
        connection.awaitDurable(sent, outage);
        batches++;
        pushedRows += batch.root().getRowCount();
        digest = RowDigest.then(digest, sent.digest());
        if (unsent.hasNext()) {
            return false;
        }
        unsent = null;
        waiting.clear();
        hasNews = false;
        return true;
    }

    /** All that was pushed since the writer was opened: what is common to its lanes is in {@code writer} already. */
    LivePrepared prepared(LivePrepared writer) {
        return new LivePrepared(
                writer.lineage(),
                writer.epoch(),
                writer.writer(),
                writer.subtask(),
                writer.parallelism(),
                writer.lanes(),
                writer.token(),
                table,
                batches,
                pushedRows,
                digest,
                writer.isEnded());
    }

    @Override
    public void close() {
        connection.close();
        batch.close();
    }
}

package io.openclickstream.flight.store;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.PutLog;
import io.openclickstream.flight.store.Entries.LoggedPut;
import io.openclickstream.flight.table.PreparedPut;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.flight.table.Tables.Eviction;
import io.openclickstream.schemas.live.PutHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a group of puts through their stations: admitted by the tables, appended to the log, applied, confirmed by the
 * disk once for all, published, acknowledged. Called by one thread; what it measures may be read by any.
 */
final class GroupWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);

    private final DataFolder folder;
    private final Tables tables;
    private final PutLog log;
    private final Checkpoints checkpoints;
    private final Published published;
    private final Map<String, byte[]> loggedSchemas = new HashMap<>();
    private volatile long tableBufferBytes;
    private volatile long logBytes;
    private volatile @Nullable String failure;

    /**
     * A put that waits for its answer.
     *
     * @param body the batch as it goes to the log
     * @param done completed when the put is durable, or with {@link Refused} when it was not applied
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Pending(
            PutHeader header, PutSchema schema, PreparedPut prepared, byte[] body, CompletableFuture<Void> done) {}

    GroupWriter(DataFolder folder, Tables tables, PutLog log, Checkpoints checkpoints, Published published) {
        this.folder = folder;
        this.tables = tables;
        this.log = log;
        this.checkpoints = checkpoints;
        this.published = published;
        tables.all().forEach(published::publish);
        measure();
    }

    /** Answers every put of the group, in order. */
    void write(List<Pending> group) {
        try {
            checkpointWhenDue();
            apply(group);
        } catch (Throwable e) {
            fail("the writer failed: " + e.getMessage(), e);
        }
        group.stream().filter(pending -> !pending.done().isDone()).forEach(pending -> pending.done()
                .completeExceptionally(broken()));
    }

    /** Why nothing can be written until a restart; null while all is well. */
    @Nullable
    String failure() {
        return failure;
    }

    /** What the allocator has given for the rows of all tables. */
    long tableBufferBytes() {
        return tableBufferBytes;
    }

    /** Size of the log on disk. */
    long logBytes() {
        return logBytes;
    }

    /** What a put is told after {@link #failure}. */
    Refused broken() {
        return new Refused(
                Reason.UNAVAILABLE,
                "The server cannot make puts durable (%s). It has to be started again; nothing acknowledged is lost."
                        .formatted(failure));
    }

    /** Called once the last {@link #write} has returned. */
    @Override
    public void close() throws IOException {
        checkpoints.close();
        published.close();
        tables.close();
        try {
            log.close();
        } finally {
            folder.close();
        }
    }

    private void apply(List<Pending> group) {
        List<Pending> applied = new ArrayList<>();
        for (Pending pending : group) {
            try {
                List<Eviction> evictions = admit(pending);
                append(pending, evictions);
                evictions.forEach(tables::evict);
                tables.apply(pending.header(), pending.prepared());
                applied.add(pending);
            } catch (Refused e) {
                pending.done().completeExceptionally(e);
            }
        }
        if (applied.isEmpty()) {
            return;
        }
        try {
            log.force();
        } catch (IOException e) {
            fail("the disk did not confirm a write: " + e.getMessage(), e);
            return;
        }
        tables.all().forEach(published::publish);
        measure();
        applied.forEach(pending -> pending.done().complete(null));
    }

    private List<Eviction> admit(Pending pending) throws Refused {
        if (failure != null) {
            throw broken();
        }
        checkpoints.refuseWhenBehind(log.bytes());
        return tables.admit(pending.header(), pending.prepared());
    }

    private void append(Pending pending, List<Eviction> evictions) throws Refused {
        try {
            String table = pending.header().table();
            if (!Arrays.equals(loggedSchemas.get(table), pending.schema().bytes())) {
                log.append(
                        Entries.SCHEMA, Entries.bytes(table), pending.schema().bytes());
                loggedSchemas.put(table, pending.schema().bytes());
            }
            log.append(Entries.PUT, Entries.json(new LoggedPut(pending.header(), evictions)), pending.body());
        } catch (IOException e) {
            if (log.isBroken()) {
                fail("the log cannot be written: " + e.getMessage(), e);
                throw broken();
            }
            LOG.atWarn()
                    .addKeyValue("folder", folder.path())
                    .addKeyValue("reason", e.getMessage())
                    .log("refused a put that could not be written");
            throw Refused.noRoom(
                    "The put was not written to %s: %s. Nothing was lost; it can be sent again once there is room.",
                    folder.path(), String.valueOf(e.getMessage()));
        }
    }

    private void checkpointWhenDue() {
        if (failure != null) {
            return;
        }
        try {
            checkpoints.finished(log);
            if (checkpoints.isDue(log.bytes())) {
                long last = log.roll();
                loggedSchemas.clear();
                checkpoints.start(last, published.all());
            }
        } catch (IOException e) {
            if (log.isBroken()) {
                fail("the log cannot be written: " + e.getMessage(), e);
            } else {
                checkpoints.failed(log.bytes(), e);
            }
        }
        measure();
    }

    private void measure() {
        tableBufferBytes = tables.bufferBytes();
        logBytes = log.bytes();
    }

    private void fail(String reason, Throwable cause) {
        if (failure == null) {
            failure = reason;
            LOG.atError()
                    .addKeyValue("folder", folder.path())
                    .addKeyValue("reason", reason)
                    .setCause(cause)
                    .log("takes no more puts until it is started again");
        }
    }
}

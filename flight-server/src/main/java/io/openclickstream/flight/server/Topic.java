package io.openclickstream.flight.server;

import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.read.Watch;
import io.openclickstream.flight.table.Changes;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSnapshot;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * All who follow the same rows, the latest version of these, the step that led to it, and all its rows for those who begin
 * with it. For one thread.
 */
final class Topic {
    private final Watch watch;
    private final ReadableTables tables;
    private final BufferAllocator allocator;
    private final long maxFrameBytes;
    private final long maxAllBytes;
    private final Runnable encoded;
    private final Schema schema;
    private final Set<Subscription> subscribers = new LinkedHashSet<>();
    private Version current;
    private @Nullable Frame frame;
    /** All rows of the current version; null until somebody begins with them. */
    private @Nullable Frame all;
    /** Whether somebody has begun with them since it was last asked. */
    private boolean isAllWanted;

    /**
     * @param maxFrameBytes what an encoded step may cost
     * @param maxAllBytes what all rows may cost, once encoded
     * @param encoded called for each step that is encoded
     * @throws Refused when there is nothing to follow
     */
    Topic(
            Watch watch,
            ReadableTables tables,
            BufferAllocator allocator,
            long maxFrameBytes,
            long maxAllBytes,
            Runnable encoded)
            throws Refused {
        this.watch = watch;
        this.tables = tables;
        this.allocator = allocator;
        this.maxFrameBytes = maxFrameBytes;
        this.maxAllBytes = maxAllBytes;
        this.encoded = encoded;
        this.current = new Version(watch, tables.look(watch));
        this.schema = current.schema(watch);
    }

    Watch watch() {
        return watch;
    }

    /** The schema of every subscriber's stream. */
    Schema schema() {
        return schema;
    }

    Version current() {
        return current;
    }

    Set<Subscription> subscribers() {
        return subscribers;
    }

    /** The encoded step from a version to the current one; null when there is none. */
    @Nullable
    Frame frameFrom(Version from) {
        return frame != null && frame.from() == from && frame.to() == current ? frame : null;
    }

    /**
     * All rows of the current version, encoded; null when that would cost too much, so that whoever begins has to be sent
     * them by itself.
     */
    @Nullable
    Frame allRows() {
        isAllWanted = true;
        if (all == null
                && current.snapshot().bytes() <= maxAllBytes
                && allocator.getAllocatedMemory() <= allocator.getLimit() / 2) {
            all = Frame.of(current, allOf(current), schema, allocator, maxAllBytes);
            if (all != null) {
                encoded.run();
            }
        }
        return all;
    }

    /** Gives all rows back when nobody has begun with them since the last time. */
    void forgetUnused() {
        if (!isAllWanted) {
            forgetAll();
        }
        isAllWanted = false;
    }

    private void forgetAll() {
        if (all != null) {
            all.release();
            all = null;
        }
    }

    /**
     * A version for a snapshot, which it takes over.
     *
     * @throws Refused INVALID when the table has changed so that it can be followed no more
     */
    Version version(TableSnapshot snapshot) throws Refused {
        Version made = new Version(watch, snapshot);
        if (!made.selection().changeFields().equals(schema.getFields())) {
            made.close();
            throw Refused.invalid(
                    "The columns of table %s have changed their types. Subscribe again.",
                    watch.view().table());
        }
        return made;
    }

    /**
     * Takes up how the table is now.
     *
     * @return whether it is another version
     * @throws Refused when the rows can be followed no more
     */
    boolean advance(long nowNanos) throws Refused {
        TableSnapshot snapshot = tables.look(watch);
        if (snapshot == current.snapshot()) {
            snapshot.close();
            return false;
        }
        Version before = current;
        Version next = version(snapshot);
        Changes changes = next.since(before);
        if (frame != null) {
            frame.release();
        }
        forgetAll();
        current = next;
        before.replaced(nowNanos);
        if (changes.isEmpty() && next.saysTheSameAs(before)) {
            frame = Frame.silent(before, next);
        } else {
            frame = Frame.of(before, step(before, next, changes), schema, allocator, maxFrameBytes);
            encoded.run();
        }
        before.close();
        return true;
    }

    /** The step to a version for somebody who has no rows. */
    static Step allOf(Version version) {
        return new Step(version, version.all(), Step.Kind.SNAPSHOT, false);
    }

    /** The step between two versions for one subscriber. */
    static Step step(Version from, Version to, Changes changes) {
        return new Step(to, changes, Step.Kind.CHANGES, to.hasGoneBackSince(from));
    }

    /** Ends all subscriptions. */
    void end(Exception why) {
        List.copyOf(subscribers).forEach(each -> each.fail(why));
    }

    /** Called once nobody follows it. */
    void close() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
        forgetAll();
        current.close();
    }
}

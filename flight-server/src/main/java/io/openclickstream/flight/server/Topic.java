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

/** All who follow the same rows, the latest version of these, and the step that led to it. For one thread. */
final class Topic {
    private final Watch watch;
    private final ReadableTables tables;
    private final BufferAllocator allocator;
    private final long maxFrameBytes;
    private final Runnable encoded;
    private final Schema schema;
    private final Set<Subscription> subscribers = new LinkedHashSet<>();
    private Version current;
    private @Nullable Frame frame;
    /**
     * @param maxFrameBytes what an encoded step may cost
     * @param encoded called for each step that is encoded
     * @throws Refused when there is nothing to follow
     */
    Topic(Watch watch, ReadableTables tables, BufferAllocator allocator, long maxFrameBytes, Runnable encoded)
            throws Refused {
        this.watch = watch;
        this.tables = tables;
        this.allocator = allocator;
        this.maxFrameBytes = maxFrameBytes;
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
        current.close();
    }
}

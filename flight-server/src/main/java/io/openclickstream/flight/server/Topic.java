package io.openclickstream.flight.server;

import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.read.Watch;
import io.openclickstream.flight.table.Changes;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSnapshot;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * All who follow the same rows, the latest version of these, and the ways that lead there from where they stand, each
 * encoded once for all who go it. For one thread.
 */
final class Topic {
    private final Watch watch;
    private final ReadableTables tables;
    private final BufferAllocator allocator;
    private final Bounds bounds;
    private final Runnable encoded;
    private final Schema schema;
    private final Set<Subscription> subscribers = new LinkedHashSet<>();
    private Version current;
    /** The version before, where those are who keep up. */
    private @Nullable Version previous;

    private final Map<Version, Way> ways = new HashMap<>();
    /** For those who begin. */
    private @Nullable Way wayFromNothing;
    /** Whether somebody has taken a way since that was last asked. */
    private boolean isInUse;

    /**
     * What encoded steps may cost, in bytes.
     *
     * @param next one from the version before the current one
     * @param other one from an earlier version, or of all rows; readers that stall may hold several
     */
    record Bounds(long next, long other) {}

    /**
     * What leads from one version to the current one.
     *
     * @param isSilent whether there is nothing to tell
     * @param frame it, encoded; null when it costs too much to be kept, so that each is sent it by itself
     */
    record Way(Changes changes, boolean isSilent, @Nullable Frame frame) {
        private void release() {
            if (frame != null) {
                frame.release();
            }
        }
    }

    /**
     * @param encoded called for each step that is encoded
     * @throws Refused when there is nothing to follow
     */
    Topic(Watch watch, ReadableTables tables, BufferAllocator allocator, Bounds bounds, Runnable encoded)
            throws Refused {
        this.watch = watch;
        this.tables = tables;
        this.allocator = allocator;
        this.bounds = bounds;
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

    /** What leads to the current version from another one, which the caller holds; from nothing for null. */
    Way wayFrom(@Nullable Version from) {
        isInUse = true;
        if (from == null) {
            if (wayFromNothing == null) {
                wayFromNothing = new Way(current.all(), false, encode(stepFrom(null, current.all()), false));
            }
            return wayFromNothing;
        }
        Way known = ways.get(from);
        if (known == null) {
            Changes changes = current.since(from);
            boolean isSilent = changes.isEmpty() && current.saysTheSameAs(from);
            known = new Way(changes, isSilent, isSilent ? null : encode(stepFrom(from, changes), isPrevious(from)));
            ways.put(from, known);
        }
        return known;
    }

    /** Whether this is the version before the current one. */
    boolean isPrevious(Version version) {
        return version == previous;
    }

    /** The step to the current version, for one subscriber. */
    Step stepFrom(@Nullable Version from, Changes changes) {
        return from == null
                ? new Step(current, changes, Step.Kind.SNAPSHOT, false)
                : new Step(current, changes, Step.Kind.CHANGES, current.hasGoneBackSince(from));
    }

    private @Nullable Frame encode(Step step, boolean isNext) {
        boolean isTooMuch = !isNext
                && (allocator.getAllocatedMemory() > allocator.getLimit() / 2
                        || (step.isSnapshot() && current.snapshot().bytes() > bounds.other()));
        Frame frame = isTooMuch ? null : Frame.of(step, schema, allocator, isNext ? bounds.next() : bounds.other());
        if (frame != null) {
            encoded.run();
        }
        return frame;
    }

    /** Gives memory back when nobody has taken a way since the last time. */
    void forgetUnused() {
        if (!isInUse) {
            forgetWays();
        }
        isInUse = false;
    }

    private void forgetWays() {
        ways.values().forEach(Way::release);
        ways.clear();
        if (wayFromNothing != null) {
            wayFromNothing.release();
            wayFromNothing = null;
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
        Version next = version(snapshot);
        forgetWays();
        current.replaced(nowNanos);
        current.close();
        previous = current;
        current = next;
        return true;
    }

    /** Ends all subscriptions. */
    void end(Exception why) {
        List.copyOf(subscribers).forEach(each -> each.fail(why));
    }

    /** Called once nobody follows it. */
    void close() {
        forgetWays();
        current.close();
    }
}

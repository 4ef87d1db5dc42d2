package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.PutHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A table of a lineage in its two views: rows by primary key, read through snapshots that nothing changes later. Puts
 * change the live view at once. What they change in an epoch is kept aside as well, until the epoch is committed and the
 * committed view takes it over, or the writer goes back and the live view loses it.
 *
 * <p>Rows are kept in windows of an hour of event time. A window leaves the live view, and the committed one at the next
 * commit, when it ends earlier than the retention before the watermark or before the newest row, whichever is less, so
 * that a job that ends (its watermark is then the end of time) leaves its rows here. Epochs that are kept keep it. A put into a window that has left is not an error: its rows are ignored
 * and counted, and take older versions of themselves along. For one writer.
 */
public final class Table implements AutoCloseable {
    /** In the place of a subtask's token: changes of any subtask that were taken back. Tokens are positive. */
    static final long TAKEN_BACK = 0;

    private final String lineage;
    private final String writer;
    private final Tables.Limits limits;
    private final BufferAllocator allocator;
    private final Owned owned = new Owned();
    private final List<Delta> pending = new ArrayList<>();
    private final Deque<Kept> kept = new ArrayDeque<>();
    /** What was taken back after the oldest kept epoch, by epoch: readers of the live view may still have it. */
    private final NavigableMap<Long, Delta> takenBack = new TreeMap<>();
    /** Windows of which live and committed view do not share their chunks. */
    private final Set<Long> apart = new HashSet<>();

    private TableSchema schema;
    private RowStore live;
    private RowStore committed;
    private TableState state;
    private TableState committedState;

    /** @param writer name of the operator that writes the table */
    Table(
            TableSchema schema,
            String lineage,
            String name,
            String writer,
            Tables.Limits limits,
            BufferAllocator allocator) {
        this.schema = schema;
        this.lineage = lineage;
        this.writer = writer;
        this.limits = limits;
        this.allocator = allocator;
        this.state = TableState.empty(name);
        this.committedState = state;
        this.live = store();
        this.committed = store();
    }

    public String name() {
        return state.name();
    }

    public TableSchema schema() {
        return schema;
    }

    /** What the table costs in memory with all it keeps, without what only readers still hold. */
    public long bytes() {
        long index = live.indexBytes() + committed.indexBytes();
        for (Delta delta : pending) {
            index += delta.indexBytes();
        }
        for (Delta delta : takenBack.values()) {
            index += delta.indexBytes();
        }
        for (Kept each : kept) {
            for (Delta delta : each.deltas()) {
                index += delta.indexBytes();
            }
        }
        return owned.bytes() + index;
    }

    /** Everything about the committed view but its rows, as the next commit goes on from it. */
    TableState committedState() {
        return committedState;
    }

    /** What the allocator has given for it. */
    long bufferBytes() {
        return owned.bufferBytes();
    }

    /** Everything about the live view but its rows. */
    public TableState state() {
        return state;
    }

    String lineage() {
        return lineage;
    }

    String writer() {
        return writer;
    }

    /** The live view as it is now; close it to give its references back. */
    public TableSnapshot snapshot(ViewFacts facts) {
        return TableSnapshot.of(schema, state, facts, live.share());
    }

    /** The committed view as of each kept epoch, the oldest first; the table holds them. */
    public SortedMap<Long, TableSnapshot> committed() {
        SortedMap<Long, TableSnapshot> snapshots = new TreeMap<>();
        kept.forEach(each -> snapshots.put(each.epoch(), each.snapshot()));
        return snapshots;
    }

    /**
     * All that was put after a kept epoch up to now, also what was taken back: rows whose keys count, in any of their
     * versions; for the caller to close.
     */
    public List<TableSnapshot> touchedAfter(long epoch, ViewFacts facts) {
        List<Delta> deltas = new ArrayList<>(pending);
        kept.stream().filter(each -> each.epoch() > epoch).forEach(each -> deltas.addAll(each.deltas()));
        deltas.addAll(takenBack.tailMap(epoch, false).values());
        List<TableSnapshot> touched = new ArrayList<>();
        for (Delta delta : deltas) {
            for (RowStore rows : List.of(delta.upserts(), delta.deletes())) {
                touched.add(TableSnapshot.of(schema, state, facts, rows.share()));
            }
        }
        return touched;
    }

    /** The kept epochs, the oldest first. */
    Deque<Kept> kept() {
        return kept;
    }

    List<Delta> pending() {
        return pending;
    }

    /** What was taken back and may still be read, by epoch. */
    Collection<Delta> takenBack() {
        return takenBack.values();
    }

    /** What {@link #forgetTakenBack} would make free. */
    long takenBackBytes() {
        long bytes = 0;
        for (Delta delta : takenBack.values()) {
            bytes += delta.indexBytes() + delta.chunkBytes();
        }
        return bytes;
    }

    RowStore rows() {
        return live;
    }

    /** What would be free if a window left, for every window that may leave. */
    SortedMap<Long, Long> windowBytes() {
        Map<Long, Set<Chunk>> chunks = new TreeMap<>();
        List<TableSnapshot.Part> parts = new ArrayList<>(live.parts());
        parts.addAll(committed.parts());
        pending.forEach(delta -> parts.addAll(delta.upserts().parts()));
        for (Kept each : kept) {
            parts.addAll(each.snapshot().parts());
            each.deltas().forEach(delta -> parts.addAll(delta.upserts().parts()));
        }
        for (TableSnapshot.Part part : parts) {
            chunks.computeIfAbsent(part.window(), w -> Collections.newSetFromMap(new IdentityHashMap<>()))
                    .add(part.chunk());
        }
        SortedMap<Long, Long> bytes = new TreeMap<>();
        chunks.forEach((window, each) ->
                bytes.put(window, each.stream().mapToLong(Chunk::bytes).sum()));
        bytes.remove(Windows.NONE);
        return bytes;
    }

    /** Applies a put that was admitted. */
    void apply(PutHeader header, PreparedPut put) {
        extend(put.schema());
        Delta delta = deltaOf(header.token(), header.epoch());
        for (Chunk chunk : put.deletes()) {
            live.delete(chunk);
            delta.delete(chunk);
        }
        long ignored = 0;
        for (var window : put.upserts().entrySet()) {
            for (Chunk chunk : window.getValue()) {
                if (hasLeft(window.getKey())) {
                    live.delete(chunk);
                    delta.delete(chunk);
                    ignored += chunk.rows();
                } else {
                    delta.upsert(window.getKey(), chunk, live.upsert(window.getKey(), chunk));
                }
            }
        }
        live.compact();
        delta.compact();
        state = state.changed(put.rows() > 0)
                .with(Progress.after(state.progress(), header))
                .counting(0, 0, ignored);
        expire();
    }

    /** Takes back from the live view what some subtasks have put after an epoch that is not before the committed one. */
    void takeBack(Predicate<Delta> lost) {
        boolean changed = false;
        for (Delta delta : List.copyOf(pending)) {
            if (lost.test(delta)) {
                changed |= !delta.isEmpty();
                pending.remove(delta);
                remember(delta);
            }
        }
        forgetUnreadable();
        if (changed) {
            rebuildLive();
        }
        state = state.changed(changed).with(committedState.progress());
    }

    /** Makes both views what they were at an epoch that is not before the oldest kept one, and forgets later ones. */
    void rewind(long epoch, ViewFacts facts) {
        pending.forEach(this::remember);
        pending.clear();
        List<Delta> since = new ArrayList<>();
        for (Kept each : List.copyOf(kept)) {
            if (each.epoch() > epoch) {
                kept.remove(each);
                for (Delta delta : each.deltas()) {
                    if (delta.epoch() <= epoch) {
                        since.add(delta);
                    } else {
                        remember(delta);
                    }
                }
                each.closeSnapshot(owned);
            }
        }
        Kept base = kept.peekLast();
        RowStore rebuilt = store();
        if (base != null) {
            base.snapshot().parts().forEach(rebuilt::upsert);
        }
        since.forEach(delta -> delta.applyTo(rebuilt));
        dropBefore(state.keptFromMillis(), rebuilt);
        rebuilt.compact();
        committed.close();
        committed = rebuilt;
        committedState = committedState
                .changed(true)
                .with(base == null ? null : base.snapshot().state().progress());
        apart.addAll(committed.windows().keySet());
        if (base == null ? !since.isEmpty() : base.epoch() < epoch) {
            keep(epoch, facts, since);
        }
        forgetUnreadable();
        rebuildLive();
        state = state.changed(true).with(committedState.progress());
    }

    /** Moves the committed view to an epoch. */
    void commit(long epoch, @Nullable Progress progress, ViewFacts facts) {
        List<Delta> deltas = advance(epoch, state.keptFromMillis());
        share();
        committedState = committedState
                .changed(deltas.stream().anyMatch(delta -> !delta.isEmpty())
                        || committedState.keptFromMillis() < state.keptFromMillis())
                .with(progress == null ? committedState.progress() : progress)
                .keptFrom(state.keptFromMillis())
                .with(state.counters());
        keep(epoch, facts, deltas);
    }

    /** Drops every window before this one because memory is full, from kept epochs as well. */
    void evict(long keepFromMillis) {
        forgetTakenBack();
        if (schema.windowColumn() < 0) {
            return;
        }
        boolean isChanged = !live.windows().headMap(keepFromMillis).isEmpty();
        Set<Long> leaving = windowsBefore(keepFromMillis);
        pending.forEach(delta -> delta.upserts().windowsBefore(keepFromMillis, leaving));
        pending.forEach(delta -> delta.dropBefore(keepFromMillis));
        for (Kept each : List.copyOf(kept)) {
            each.windowsBefore(keepFromMillis, leaving);
            kept.removeFirst();
            kept.addLast(each.dropBefore(keepFromMillis, owned));
        }
        drop(leaving);
        state = state.changed(isChanged).keptFrom(keepFromMillis).counting(0, leaving.size(), 0);
    }

    /**
     * Removes the rows of persons from both views, all kept epochs and all that waits for a commit. Tokens of before end,
     * whether or not there were such rows: that would tell of others' rows.
     *
     * @return how many rows, each key counted once; -1 when the table does not say whose its rows are
     */
    long erase(Persons persons) {
        try (RowsOfPersons theirs = new RowsOfPersons(schema, persons)) {
            if (!Persons.areKnownIn(schema)) {
                return -1;
            }
            show(theirs);
            long liveBefore = live.rows();
            long committedBefore = committed.rows();
            theirs.removeFrom(live);
            theirs.removeFrom(committed);
            apart.addAll(live.touched());
            apart.addAll(committed.touched());
            pending.forEach(delta -> delta.erase(theirs));
            takenBack.values().forEach(delta -> delta.erase(theirs));
            for (int i = kept.size(); i > 0; i--) {
                kept.addLast(kept.removeFirst().without(theirs, owned));
            }
            live.compact();
            committed.compact();
            share();
            state = state.changed(live.rows() != liveBefore).erasing();
            committedState = committedState.changed(committed.rows() != committedBefore);
            return theirs.count();
        }
    }

    /** How many rows of persons there are, counted as {@link #erase} does. */
    long find(Persons persons) {
        try (RowsOfPersons theirs = new RowsOfPersons(schema, persons)) {
            if (!Persons.areKnownIn(schema)) {
                return -1;
            }
            show(theirs);
            return theirs.count();
        }
    }

    private void show(RowsOfPersons persons) {
        persons.look(live.parts());
        persons.look(committed.parts());
        pending.forEach(delta -> delta.show(persons));
        takenBack.values().forEach(delta -> delta.show(persons));
        for (Kept each : kept) {
            persons.look(each.snapshot().parts());
            each.deltas().forEach(delta -> delta.show(persons));
        }
    }

    /** Makes free what is only kept for those who read rows that were taken back; their tokens end. */
    private void forgetTakenBack() {
        if (!takenBack.isEmpty()) {
            takenBack.values().forEach(Delta::close);
            takenBack.clear();
            state = state.forgetting();
        }
    }

    @Override
    public void close() {
        live.close();
        committed.close();
        pending.forEach(Delta::close);
        pending.clear();
        takenBack.values().forEach(Delta::close);
        takenBack.clear();
        kept.forEach(each -> each.close(owned));
        kept.clear();
    }

    /** Rows of the oldest kept epoch, which is being restored. */
    void restoreBase(PreparedPut rows) {
        extend(rows.schema());
        rows.upserts().forEach((window, chunks) -> chunks.forEach(chunk -> committed.upsert(window, chunk)));
        committed.compact();
    }

    /** Rows of the delta of this subtask and epoch, which is being restored. */
    void restoreDelta(long token, long epoch, PreparedPut rows) {
        extend(rows.schema());
        Delta delta = token == TAKEN_BACK
                ? takenBack.computeIfAbsent(epoch, each -> new Delta(TAKEN_BACK, each, schema, allocator, owned))
                : deltaOf(token, epoch);
        rows.deletes().forEach(delta::delete);
        rows.upserts().forEach((window, chunks) -> chunks.forEach(chunk -> delta.upsert(window, chunk, null)));
        delta.compact();
    }

    /** All that this kept epoch adds to the one before is restored. */
    void restoreKept(long epoch, TableState then, ViewFacts facts) {
        List<Delta> deltas = advance(epoch, then.keptFromMillis());
        committedState = then;
        keep(epoch, facts, deltas);
    }

    /** All kept epochs and deltas are restored. */
    void restored(TableState then) {
        state = then;
        dropBefore(then.keptFromMillis(), committed);
        rebuildLive();
        share();
    }

    /** The next commit goes on from this. */
    void restoreCommitted(TableState then) {
        committedState = then;
    }

    private RowStore store() {
        return new RowStore(schema, allocator, owned);
    }

    private void extend(TableSchema put) {
        if (put.schema().getFields().size() > schema.schema().getFields().size()) {
            live.extend(put);
            committed.extend(put);
            pending.forEach(delta -> delta.extend(put));
            takenBack.values().forEach(delta -> delta.extend(put));
        }
        schema = put;
    }

    /** Applies the changes up to an epoch to the committed rows, of which earlier windows leave. */
    private List<Delta> advance(long epoch, long keepFromMillis) {
        List<Delta> deltas =
                pending.stream().filter(delta -> delta.epoch() <= epoch).toList();
        pending.removeAll(deltas);
        deltas.forEach(delta -> delta.applyTo(committed));
        dropBefore(keepFromMillis, committed);
        apart.addAll(committed.touched());
        committed.compact();
        return deltas;
    }

    private Delta deltaOf(long token, long epoch) {
        for (Delta delta : pending) {
            if (delta.token() == token && delta.epoch() == epoch) {
                return delta;
            }
        }
        int at = pending.size();
        while (at > 0 && pending.get(at - 1).epoch() > epoch) {
            at--;
        }
        Delta delta = new Delta(token, epoch, schema, allocator, owned);
        pending.add(at, delta);
        return delta;
    }

    private void rebuildLive() {
        RowStore rebuilt = store();
        committed.parts().forEach(rebuilt::upsert);
        pending.forEach(delta -> delta.applyTo(rebuilt));
        dropBefore(state.keptFromMillis(), rebuilt);
        rebuilt.compact();
        live.close();
        live = rebuilt;
        apart.addAll(live.windows().keySet());
    }

    private void keep(long epoch, ViewFacts facts, List<Delta> deltas) {
        kept.add(
                new Kept(epoch, TableSnapshot.of(schema, committedState, facts, committed.share()), deltas).own(owned));
        while (kept.size() > limits.epochsKept()) {
            kept.removeFirst().close(owned);
            kept.addFirst(kept.removeFirst().asOldest());
        }
        forgetUnreadable();
    }

    /** Keeps what was taken back for those who have read it. */
    private void remember(Delta delta) {
        try (delta) {
            if (!delta.isEmpty()) {
                takenBack
                        .computeIfAbsent(delta.epoch(), epoch -> new Delta(TAKEN_BACK, epoch, schema, allocator, owned))
                        .absorb(delta);
            }
        }
    }

    /** Forgets what was taken back so long ago that no token of a kept epoch leads there. */
    private void forgetUnreadable() {
        long oldest = kept.isEmpty() ? Long.MAX_VALUE : kept.getFirst().epoch();
        SortedMap<Long, Delta> unreadable = takenBack.headMap(oldest, true);
        unreadable.values().forEach(Delta::close);
        unreadable.clear();
    }

    /** Lets the views hold the same chunks in all windows in which they have the same rows. */
    private void share() {
        Set<Long> busy = new HashSet<>();
        pending.forEach(delta -> delta.windowsIn(committed, busy));
        for (long window : List.copyOf(apart)) {
            if (!busy.contains(window)) {
                committed.adopt(window, live);
                apart.remove(window);
            }
        }
    }

    private boolean hasLeft(long window) {
        return window < state.keptFromMillis() && schema.windowColumn() >= 0;
    }

    private void expire() {
        if (schema.windowColumn() < 0 || live.windows().isEmpty()) {
            return;
        }
        OptionalLong watermark = state.progress() == null
                ? OptionalLong.empty()
                : state.progress().watermarkMillis();
        if (watermark.isEmpty()) {
            return;
        }
        long newest = Windows.endOf(live.windows().lastKey());
        long oldest = Windows.minus(
                Math.min(watermark.getAsLong(), newest), limits.retention().toMillis());
        long keepFrom = oldest == Long.MIN_VALUE ? oldest : Windows.startOf(oldest);
        if (keepFrom > state.keptFromMillis()) {
            boolean isChanged = !live.windows().headMap(keepFrom).isEmpty();
            Set<Long> leaving = windowsBefore(keepFrom);
            drop(leaving);
            state = state.changed(isChanged).keptFrom(keepFrom).counting(leaving.size(), 0, 0);
        }
    }

    /** Windows of either view before a time. */
    private Set<Long> windowsBefore(long keepFromMillis) {
        Set<Long> windows = new HashSet<>();
        live.windowsBefore(keepFromMillis, windows);
        committed.windowsBefore(keepFromMillis, windows);
        return windows;
    }

    private void drop(Set<Long> leaving) {
        for (long window : leaving) {
            live.drop(window);
            committed.drop(window);
            apart.remove(window);
        }
    }

    private void dropBefore(long keepFromMillis, RowStore rows) {
        if (schema.windowColumn() >= 0) {
            List.copyOf(rows.windows().headMap(keepFromMillis).keySet()).forEach(rows::drop);
        }
    }
}

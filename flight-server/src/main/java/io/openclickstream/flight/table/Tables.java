package io.openclickstream.flight.table;

import io.openclickstream.flight.table.Writers.Turn;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * All tables of a server: those of the lineage that readers see, and of one more that waits to be promoted.
 *
 * <p>For one writer: it asks the {@code admit} method of a request, writes the request and what it was told to its log,
 * then evicts and calls the method that does it, which cannot be refused any more.
 */
public final class Tables implements AutoCloseable {
    private static final int MAX_TABLES = 64;
    private static final int LINEAGES_REMEMBERED = 16;

    private final Map<String, Lineage> lineages = new LinkedHashMap<>();
    private final List<String> replaced = new ArrayList<>();
    private final Limits limits;
    private final BufferAllocator allocator;
    private String served = "";
    private long lastToken;

    /**
     * What the tables may use.
     *
     * @param maxBytes what all tables together may cost
     * @param retention how long before its watermark a table keeps rows
     * @param epochsKept how many committed epochs can be read and gone back to; positive
     */
    public record Limits(long maxBytes, Duration retention, int epochsKept) {}

    /**
     * Windows that have to leave.
     *
     * @param keepFromMillis start of the first window of this table that stays
     */
    public record Eviction(String lineage, String table, long keepFromMillis) {}

    /**
     * What is kept beside the lineages.
     *
     * @param served the lineage that readers see; empty when there is none
     * @param replaced lineages that are gone, the latest last
     * @param lastToken the largest token that was given
     */
    public record State(String served, List<String> replaced, long lastToken) {}

    public Tables(Limits limits, BufferAllocator allocator) {
        this.limits = limits;
        this.allocator = allocator;
    }

    public Collection<Lineage> lineages() {
        return Collections.unmodifiableCollection(lineages.values());
    }

    /** The lineage that readers see when they name none; empty when nobody has opened yet. */
    public String served() {
        return served;
    }

    public @Nullable Lineage find(String lineage) {
        return lineages.get(lineage);
    }

    State state() {
        return new State(served, List.copyOf(replaced), lastToken);
    }

    /** What all tables together cost, without what only readers still hold. */
    public long bytes() {
        return all().stream().mapToLong(Table::bytes).sum();
    }

    /** What the allocator has given for the rows of all tables. */
    public long bufferBytes() {
        return all().stream().mapToLong(Table::bufferBytes).sum();
    }

    /**
     * Says whether a subtask may open.
     *
     * @throws Refused FENCED when another has taken its place, INVALID when it cannot go back so far
     */
    public void admit(WriterOpening opening) throws Refused {
        Lineage lineage = lineages.get(opening.lineage());
        if (lineage != null) {
            lineage.checkOpen(opening);
        } else if (replaced.contains(opening.lineage())) {
            throw Refused.fenced(
                    "Lineage %s was replaced; readers see %s now. Stop the job that still writes the old one.",
                    opening.lineage(), served);
        }
    }

    /**
     * Opens as {@link #admit} has let pass. The first lineage is served at once, and so is a later one while the served
     * one has committed nothing; otherwise it waits for {@link #promote}, and one that waited before is gone.
     */
    public WriterOpened open(WriterOpening opening) {
        Lineage lineage = lineages.get(opening.lineage());
        if (lineage == null) {
            Lineage known = lineages.get(served);
            boolean isServed = known == null || !known.hasCommitted();
            for (Lineage other : List.copyOf(lineages.values())) {
                if (isServed || !other.id().equals(served)) {
                    drop(other);
                }
            }
            lineage = new Lineage(opening, limits.epochsKept());
            lineages.put(lineage.id(), lineage);
            served = isServed ? lineage.id() : served;
        }
        lineage.open(opening, ++lastToken);
        return new WriterOpened(lastToken, lineage.committedEpoch());
    }

    /**
     * Says whether a put may be applied and what must leave for it; changes nothing.
     *
     * @return evictions to make before, at most one a table; null when the put was applied before
     * @throws Refused FENCED or INVALID when it breaks the contract, NO_ROOM when it does not fit
     */
    public @Nullable List<Eviction> admit(PutHeader header, PreparedPut put) throws Refused {
        Lineage lineage = lineages.get(header.lineage());
        if (lineage == null) {
            throw Refused.fenced(
                    "There is no lineage %s here. A writer begins with open; if this one has, its lineage was replaced and "
                            + "its job has to stop.",
                    header.lineage());
        }
        if (lineage.checkPut(header, put) == Turn.REPEATED) {
            return null;
        }
        if (lineage.find(header.table()) == null && lineage.tables().size() >= MAX_TABLES) {
            throw Refused.noRoom(
                    "Cannot make table %s: the lineage has %d tables already, as many as it may.",
                    header.table(), MAX_TABLES);
        }
        return new Room(all(), limits.maxBytes()).forPut(header, lineage.find(header.table()), put);
    }

    /**
     * Says whether a put from the log is applied and what must leave for it, as {@link #admit(PutHeader, PreparedPut)}; but
     * what fitted once is not refused for want of memory.
     */
    public @Nullable List<Eviction> admitLogged(PutHeader header, PreparedPut put) throws Refused {
        Lineage lineage = required(header.lineage());
        return lineage.checkPut(header, put) == Turn.REPEATED
                ? null
                : new Room(all(), limits.maxBytes()).forLogged(lineage.find(header.table()), put);
    }

    /** Drops windows as an {@code admit} or the log has said. */
    public void evict(Eviction eviction) {
        Lineage lineage = lineages.get(eviction.lineage());
        Table table = lineage == null ? null : lineage.find(eviction.table());
        if (table != null) {
            table.evict(eviction.keepFromMillis());
        }
    }

    /** Applies a put that was admitted. */
    public void apply(PutHeader header, PreparedPut put) {
        Lineage lineage = required(header.lineage());
        Table table = lineage.find(header.table());
        if (table == null) {
            table = table(lineage, header.table(), header.writer(), put.schema());
        }
        lineage.put(header, put, table);
    }

    /**
     * Says whether an epoch may be committed and what has to leave for it.
     *
     * @throws Refused INVALID when what the writers have put is not what is here
     */
    public List<Eviction> admit(EpochCommit commit) throws Refused {
        Lineage lineage = lineages.get(commit.lineage());
        if (lineage == null) {
            throw Refused.fenced(
                    "There is no lineage %s here, so nothing of it can be committed; readers see %s.",
                    commit.lineage(), served.isEmpty() ? "none" : served);
        }
        lineage.checkCommit(commit);
        return new Room(all(), limits.maxBytes()).forCommit(lineage.commitBytes(commit));
    }

    /** Commits as {@link #admit(EpochCommit)} has let pass, and returns the epoch that is committed now. */
    public long commit(EpochCommit commit) {
        Lineage lineage = required(commit.lineage());
        lineage.commit(commit);
        return lineage.committedEpoch();
    }

    /**
     * Says whether a lineage may be promoted.
     *
     * @throws Refused INVALID when it is not here or has committed nothing
     */
    public void admitPromotion(String lineage) throws Refused {
        Lineage known = lineages.get(lineage);
        if (known == null || !known.hasCommitted()) {
            throw Refused.invalid(
                    "Cannot promote lineage %s: %s.",
                    lineage, known == null ? "it is not here" : "it has not committed an epoch yet");
        }
    }

    /** Lets readers see another lineage; the one they saw is gone. */
    public void promote(String lineage) {
        for (Lineage other : List.copyOf(lineages.values())) {
            if (!other.id().equals(lineage)) {
                drop(other);
            }
        }
        served = lineage;
    }

    /** Removes the rows of persons from all tables that say whose their rows are, and tells how many there were. */
    public PersonsFound erase(Persons persons) {
        return inEach(table -> table.erase(persons));
    }

    /** What {@link #erase} would remove. */
    public PersonsFound find(Persons persons) {
        return inEach(table -> table.find(persons));
    }

    private PersonsFound inEach(ToLongFunction<Table> rows) {
        List<PersonsFound.Rows> found = new ArrayList<>();
        for (Table table : all()) {
            long count = rows.applyAsLong(table);
            if (count >= 0) {
                found.add(new PersonsFound.Rows(table.lineage(), table.name(), count));
            }
        }
        return new PersonsFound(PersonsFound.VERSION, found);
    }

    /** Everything that the tables hold now, to make the same of it with {@link #restore}. */
    public List<Piece.WithRows> pieces() {
        return Piece.of(this);
    }

    /**
     * Takes a piece back, in the order of {@link #pieces}.
     *
     * @param rows what is to be put into the table; null for a piece without rows
     */
    public void restore(Piece piece, @Nullable PreparedPut rows) {
        if (piece instanceof Piece.Server server) {
            served = server.state().served();
            replaced.addAll(server.state().replaced());
            lastToken = server.state().lastToken();
        } else if (piece instanceof Piece.OfLineage lineage) {
            lineages.put(lineage.state().id(), new Lineage(lineage.state(), limits.epochsKept()));
        } else if (piece instanceof Piece.TableBegin table) {
            table(required(table.lineage()), table.table(), table.writer(), table.schema());
        } else if (piece instanceof Piece.BaseRows base && rows != null) {
            table(base.lineage(), base.table()).restoreBase(rows);
        } else if (piece instanceof Piece.DeltaRows delta && rows != null) {
            table(delta.lineage(), delta.table()).restoreDelta(delta.token(), delta.epoch(), rows);
        } else if (piece instanceof Piece.EpochEnd end) {
            table(end.lineage(), end.state().name())
                    .restoreKept(
                            end.epoch(),
                            end.state(),
                            required(end.lineage()).committedFacts(end.epoch(), end.rollbacks(), end.rewinds()));
        } else if (piece instanceof Piece.TableEnd end) {
            table(end.lineage(), end.state().name()).restored(end.state());
        } else if (piece instanceof Piece.CommittedEnd end) {
            table(end.lineage(), end.state().name()).restoreCommitted(end.state());
        }
    }

    private Table table(Lineage lineage, String name, String writer, TableSchema schema) {
        Table table = new Table(schema, lineage.id(), name, writer, limits, allocator);
        lineage.add(table);
        return table;
    }

    @Override
    public void close() {
        lineages.values().forEach(Lineage::close);
        lineages.clear();
    }

    private Table table(String lineage, String name) {
        Table table = required(lineage).find(name);
        if (table == null) {
            throw new IllegalStateException("no table %s of lineage %s".formatted(name, lineage));
        }
        return table;
    }

    private Lineage required(String lineage) {
        Lineage known = lineages.get(lineage);
        if (known == null) {
            throw new IllegalStateException("no lineage " + lineage);
        }
        return known;
    }

    private void drop(Lineage lineage) {
        lineages.remove(lineage.id());
        lineage.close();
        replaced.add(lineage.id());
        if (replaced.size() > LINEAGES_REMEMBERED) {
            replaced.remove(0);
        }
    }

    private List<Table> all() {
        return lineages.values().stream()
                .flatMap(lineage -> lineage.tables().values().stream())
                .toList();
    }
}

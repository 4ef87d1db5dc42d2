package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpening;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a job has put since it was started without state: its tables, who may put to them, and the epoch that their
 * committed views stand at. For one writer: it asks one of the {@code check} methods before it calls the one that does it.
 */
public final class Lineage implements AutoCloseable {
    private static final int JOBS_REMEMBERED = 16;

    private final String id;
    private final int epochsKept;
    private final long beginsAfter;
    private final Writers writers = new Writers();
    private final NavigableMap<String, Table> tables = new TreeMap<>();
    private final List<Long> keptEpochs = new ArrayList<>();
    private final List<String> replacedJobs = new ArrayList<>();
    private String job;
    private long restoredEpoch;
    private long committedEpoch;
    private long rolledBackTo = ViewFacts.NONE;
    private long rollbacks;
    private long rewinds;

    /**
     * A lineage as it is kept, without its tables.
     *
     * @param beginsAfter the epoch the job had been restored from when the lineage became known here
     * @param job the submission whose writers may open
     * @param restoredEpoch the latest epoch that it was restored from
     * @param replacedJobs submissions before it, whose writers may not
     * @param rollbacks how often rows of live views have been taken back
     * @param rewinds how often the committed views have gone back
     */
    public record State(
            String id,
            long beginsAfter,
            String job,
            long restoredEpoch,
            List<String> replacedJobs,
            long committedEpoch,
            long rolledBackTo,
            long rollbacks,
            long rewinds,
            List<Long> keptEpochs,
            List<Incarnation.State> incarnations) {}

    /** A lineage that begins with this opening. */
    Lineage(WriterOpening opening, int epochsKept) {
        this.id = opening.lineage();
        this.epochsKept = epochsKept;
        this.beginsAfter = opening.restoredEpoch();
        this.job = opening.job();
        this.restoredEpoch = opening.restoredEpoch();
        this.committedEpoch = opening.restoredEpoch();
    }

    Lineage(State state, int epochsKept) {
        this.id = state.id();
        this.epochsKept = epochsKept;
        this.beginsAfter = state.beginsAfter();
        this.job = state.job();
        this.restoredEpoch = state.restoredEpoch();
        this.replacedJobs.addAll(state.replacedJobs());
        this.committedEpoch = state.committedEpoch();
        this.rolledBackTo = state.rolledBackTo();
        this.rollbacks = state.rollbacks();
        this.rewinds = state.rewinds();
        this.keptEpochs.addAll(state.keptEpochs());
        this.writers.restore(state.incarnations());
    }

    State state() {
        return new State(
                id,
                beginsAfter,
                job,
                restoredEpoch,
                List.copyOf(replacedJobs),
                committedEpoch,
                rolledBackTo,
                rollbacks,
                rewinds,
                List.copyOf(keptEpochs),
                writers.states());
    }

    public String id() {
        return id;
    }

    public NavigableMap<String, Table> tables() {
        return tables;
    }

    /** The epoch of the committed views. */
    public long committedEpoch() {
        return committedEpoch;
    }

    /** Whether an epoch has been committed since the lineage became known here. */
    public boolean hasCommitted() {
        return !keptEpochs.isEmpty();
    }

    /** The epochs that can be read and gone back to, the oldest first. */
    public List<Long> keptEpochs() {
        return keptEpochs;
    }

    /** What is said of the live view of every table. */
    public ViewFacts liveFacts() {
        return new ViewFacts(id, ViewFacts.LIVE, rolledBackTo, beginsAfter, committedEpoch, rollbacks, rewinds);
    }

    ViewFacts committedFacts(long epoch) {
        return committedFacts(epoch, rollbacks, rewinds);
    }

    ViewFacts committedFacts(long epoch, long rollbacks, long rewinds) {
        return new ViewFacts(id, epoch, ViewFacts.NONE, beginsAfter, epoch, rollbacks, rewinds);
    }

    /** @throws Refused FENCED when a later submission of the job has opened, INVALID when the epoch is kept no more */
    void checkOpen(WriterOpening opening) throws Refused {
        if (replacedJobs.contains(opening.job())) {
            throw Refused.fenced(
                    "Job %s writes lineage %s now, and job %s came before it. Stop the older one.",
                    job, id, opening.job());
        }
        long restored = opening.restoredEpoch();
        long reached = Math.max(restoredEpoch, committedEpoch);
        if (opening.job().equals(job) && restored < reached) {
            throw Refused.fenced(
                    "Job %s has come to epoch %d already; a task restored from epoch %d is a left-over of an earlier "
                            + "attempt. To go back on purpose, submit the job anew, under an id of its own.",
                    job, reached, restored);
        }
        if (restored < committedEpoch && (keptEpochs.isEmpty() || restored < keptEpochs.get(0))) {
            throw Refused.invalid(
                    "Cannot go back to epoch %d of lineage %s: %d is committed, and epochs are kept from %s on "
                            + "(epochs.kept). Either restore the job from a checkpoint or savepoint of a kept epoch, or start it "
                            + "without state: that is a new lineage, and this one stays readable until the new one is promoted.",
                    restored, id, committedEpoch, keptEpochs.isEmpty() ? committedEpoch : keptEpochs.get(0));
        }
    }

    /** Lets a subtask write from here on, and takes back what it and those before it had put after the epoch. */
    void open(WriterOpening opening, long token) {
        long restored = opening.restoredEpoch();
        boolean isNewJob = !opening.job().equals(job);
        boolean changed = false;
        if (isNewJob) {
            replacedJobs.add(job);
            if (replacedJobs.size() > JOBS_REMEMBERED) {
                replacedJobs.remove(0);
            }
            job = opening.job();
            writers.sealAll(restored);
            for (Table table : tables.values()) {
                changed |= table.takeBack(delta -> delta.epoch() > restored);
            }
        } else {
            Set<Long> ended = writers.seal(opening);
            for (Table table : tables.values()) {
                if (table.writer().equals(opening.writer())) {
                    changed |= table.takeBack(delta -> ended.contains(delta.token()) && delta.epoch() > restored);
                }
            }
        }
        restoredEpoch = restored;
        if (restored < committedEpoch) {
            rewind(restored);
            changed = true;
        }
        if (changed) {
            rolledBackTo = restored;
            rollbacks++;
        }
        writers.committed(committedEpoch);
        writers.open(opening, token);
    }

    /** @throws Refused when it may not be applied */
    Writers.Turn checkPut(PutHeader header, PreparedPut put) throws Refused {
        Writers.Turn turn = writers.turn(header, committedEpoch);
        Table table = tables.get(header.table());
        if (table != null) {
            table.schema().evolve(put.schema(), header.table());
            if (!table.writer().equals(header.writer())) {
                throw Refused.invalid(
                        "Table %s is written by %s, not by %s.", header.table(), table.writer(), header.writer());
            }
        }
        return turn;
    }

    /** Applies a put whose turn it is. */
    void put(PutHeader header, PreparedPut put, Table into) {
        writers.put(header, put.batchRows());
        into.apply(header, put);
    }

    /** @throws Refused INVALID when what the writers have put is not what is here */
    void checkCommit(EpochCommit commit) throws Refused {
        if (commit.epoch() > committedEpoch) {
            writers.verify(commit, committedEpoch);
        }
    }

    /** Moves the committed views of all tables to an epoch; nothing when they are there or further. */
    void commit(EpochCommit commit) {
        if (commit.epoch() <= committedEpoch) {
            return;
        }
        Map<String, Progress> progress = writers.progress(commit);
        for (Table table : tables.values()) {
            table.commit(commit.epoch(), progress.get(table.name()), committedFacts(commit.epoch()));
        }
        committedEpoch = commit.epoch();
        rolledBackTo = ViewFacts.NONE;
        keep(committedEpoch);
        writers.committed(committedEpoch);
    }

    /** Bytes that a commit may need for a while. */
    long commitBytes(EpochCommit commit) {
        long bytes = 0;
        for (Table table : tables.values()) {
            for (Delta delta : table.pending()) {
                bytes += delta.epoch() <= commit.epoch() ? delta.indexBytes() + delta.chunkBytes() : 0;
            }
        }
        return bytes;
    }

    @Nullable
    Table find(String table) {
        return tables.get(table);
    }

    void add(Table table) {
        tables.put(table.name(), table);
    }

    @Override
    public void close() {
        tables.values().forEach(Table::close);
        tables.clear();
    }

    private void rewind(long epoch) {
        rewinds++;
        for (Table table : tables.values()) {
            table.rewind(epoch, committedFacts(epoch));
        }
        keptEpochs.removeIf(each -> each > epoch);
        committedEpoch = epoch;
        if (!keptEpochs.contains(epoch)) {
            keep(epoch);
        }
    }

    private void keep(long epoch) {
        keptEpochs.add(epoch);
        while (keptEpochs.size() > epochsKept) {
            keptEpochs.remove(0);
        }
    }
}

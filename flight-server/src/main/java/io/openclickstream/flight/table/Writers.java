package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpening;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who may put to the tables of a lineage, and what each has put. For one writer. */
final class Writers {
    private final List<Incarnation> incarnations = new ArrayList<>();

    /** What to do with a put that is let pass. */
    enum Turn {
        NEXT,
        /** It was applied before, and its answer was lost. */
        REPEATED
    }

    void restore(List<Incarnation.State> states) {
        states.forEach(state -> incarnations.add(Incarnation.of(state)));
    }

    List<Incarnation.State> states() {
        return incarnations.stream().map(Incarnation::state).toList();
    }

    /**
     * Ends the incarnations whose place an opening takes: that of the same subtask, and all of the operator when it has
     * another parallelism now.
     *
     * @return their tokens
     */
    Set<Long> seal(WriterOpening opening) {
        Set<Long> tokens = new HashSet<>();
        for (Incarnation incarnation : incarnations) {
            boolean same = incarnation.writer().equals(opening.writer())
                    && (incarnation.subtask() == opening.subtask()
                            || incarnation.parallelism() != opening.parallelism());
            if (incarnation.isOpen() && same) {
                incarnation.seal(opening.restoredEpoch());
                tokens.add(incarnation.token());
            }
        }
        return tokens;
    }

    /** Ends every incarnation after an epoch. */
    void sealAll(long epoch) {
        incarnations.forEach(incarnation -> incarnation.seal(epoch));
    }

    void open(WriterOpening opening, long token) {
        incarnations.add(new Incarnation(opening.writer(), opening.subtask(), opening.parallelism(), token));
    }

    /**
     * Whether it is this put's turn.
     *
     * @throws Refused FENCED when its writer was replaced, INVALID when it was not opened or a put is missing before it
     */
    Turn turn(PutHeader header, long committedEpoch) throws Refused {
        Incarnation incarnation = incarnation(header.token());
        if (incarnation == null || !incarnation.isOpen()) {
            throw Refused.fenced(
                    "Cannot put to table %s: subtask %d of %s was opened again since it got token %d, so another one has "
                            + "taken this one's place, or it was never opened here. It has to stop and begin anew with open.",
                    header.table(), header.subtask(), header.writer(), header.token());
        }
        if (!incarnation.writer().equals(header.writer())
                || incarnation.subtask() != header.subtask()
                || incarnation.parallelism() != header.parallelism()) {
            throw Refused.invalid(
                    "Token %d was not given to subtask %d of %d of %s.",
                    header.token(), header.subtask(), header.parallelism(), header.writer());
        }
        long expected = incarnation.last(header.table()).batches();
        if (header.seq() < expected) {
            return Turn.REPEATED;
        }
        if (header.seq() > expected) {
            throw Refused.invalid(
                    "A put to table %s has seq %d, but the server has %d batches of this writer: some are missing. Restart "
                            + "the job from its last checkpoint.",
                    header.table(), header.seq(), expected);
        }
        if (header.epoch() <= committedEpoch || header.epoch() < incarnation.lastEpoch(header.table())) {
            throw Refused.invalid(
                    "A put to table %s is for epoch %d, which is over: %d is committed.",
                    header.table(), header.epoch(), committedEpoch);
        }
        return Turn.NEXT;
    }

    /** Counts a put whose turn it is. */
    void put(PutHeader header, long rows) {
        Incarnation incarnation = Objects.requireNonNull(incarnation(header.token()), "a put that was not admitted");
        incarnation.put(
                header.table(), header.epoch(), incarnation.last(header.table()).then(header, rows));
    }

    /**
     * Compares what the writers say they have put with what is here.
     *
     * @throws Refused INVALID when it is not the same
     */
    void verify(EpochCommit commit, long committedEpoch) throws Refused {
        Set<List<Object>> told = new HashSet<>();
        for (EpochCommit.Lane lane : commit.lanes()) {
            Incarnation incarnation = incarnation(lane.token());
            if (incarnation == null
                    || incarnation.sealedAt() < commit.epoch()
                    || !incarnation.writer().equals(lane.writer())
                    || incarnation.subtask() != lane.subtask()) {
                throw Refused.invalid(
                        "Cannot commit epoch %d: what subtask %d of %s put with token %d is not here. %s",
                        commit.epoch(), lane.subtask(), lane.writer(), lane.token(), choices());
            }
            Mark mark = incarnation.at(lane.table(), commit.epoch());
            Mark here = mark == null ? Mark.NOTHING : mark;
            if (here.batches() != lane.batches() || here.rows() != lane.rows() || here.digest() != lane.digest()) {
                throw Refused.invalid(
                        "Cannot commit epoch %d: subtask %d of %s put %d rows in %d batches to table %s (digest %016x), but "
                                + "here are %d in %d (digest %016x). %s",
                        commit.epoch(),
                        lane.subtask(),
                        lane.writer(),
                        lane.rows(),
                        lane.batches(),
                        lane.table(),
                        lane.digest(),
                        here.rows(),
                        here.batches(),
                        here.digest(),
                        choices());
            }
            if (!told.add(List.of(lane.token(), lane.table()))) {
                throw Refused.invalid(
                        "Cannot commit epoch %d: subtask %d of %s is named twice for table %s.",
                        commit.epoch(), lane.subtask(), lane.writer(), lane.table());
            }
        }
        for (Incarnation incarnation : incarnations) {
            for (String table : incarnation.tablesBetween(committedEpoch, commit.epoch())) {
                if (!told.contains(List.<Object>of(incarnation.token(), table))) {
                    throw Refused.invalid(
                            "Cannot commit epoch %d: it leaves out what subtask %d of %s has put to table %s. %s",
                            commit.epoch(), incarnation.subtask(), incarnation.writer(), table, choices());
                }
            }
        }
    }

    /** How far the writers of each table had come at an epoch that {@link #verify} has let pass. */
    Map<String, Progress> progress(EpochCommit commit) {
        Map<String, TreeMap<Integer, Progress.Point>> points = new TreeMap<>();
        Map<String, Integer> parallelism = new HashMap<>();
        for (EpochCommit.Lane lane : commit.lanes()) {
            Incarnation incarnation =
                    Objects.requireNonNull(incarnation(lane.token()), "a commit that was not verified");
            Mark mark = incarnation.at(lane.table(), commit.epoch());
            points.computeIfAbsent(lane.table(), table -> new TreeMap<>())
                    .put(
                            lane.subtask(),
                            new Progress.Point(commit.epoch(), mark == null ? null : mark.watermarkMillis()));
            parallelism.put(lane.table(), incarnation.parallelism());
        }
        Map<String, Progress> progress = new TreeMap<>();
        points.forEach((table, each) ->
                progress.put(table, new Progress(commit.lineage(), parallelism.getOrDefault(table, 1), each)));
        return progress;
    }

    /** An epoch is committed: what led to it need not be compared again. */
    void committed(long epoch) {
        incarnations.removeIf(incarnation -> incarnation.sealedAt() <= epoch);
        incarnations.forEach(incarnation -> incarnation.committed(epoch));
    }

    private @Nullable Incarnation incarnation(long token) {
        for (Incarnation incarnation : incarnations) {
            if (incarnation.token() == token) {
                return incarnation;
            }
        }
        return null;
    }

    private static String choices() {
        return "Either restore the server's data.dir, or restart the job from a checkpoint that the server has committed "
                + "(action lineages names them), or start the job without state.";
    }
}

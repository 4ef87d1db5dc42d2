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
    private final List<Session> sessions = new ArrayList<>();

    /** What to do with a put that is let pass. */
    enum Turn {
        NEXT,
        /** It was applied before, and its answer was lost. */
        REPEATED
    }

    void restore(List<Session.State> states) {
        states.forEach(state -> sessions.add(Session.of(state)));
    }

    List<Session.State> states() {
        return sessions.stream().map(Session::state).toList();
    }

    /**
     * Ends the sessions whose place an opening takes: that of the same subtask, and all of the operator when it has
     * another parallelism now.
     *
     * @return their tokens
     */
    Set<Long> seal(WriterOpening opening) {
        Set<Long> tokens = new HashSet<>();
        for (Session session : sessions) {
            boolean same = session.writer().equals(opening.writer())
                    && (session.subtask() == opening.subtask() || session.parallelism() != opening.parallelism());
            if (session.isOpen() && same) {
                session.seal(opening.restoredEpoch());
                tokens.add(session.token());
            }
        }
        return tokens;
    }

    /** Ends every session after an epoch. */
    void sealAll(long epoch) {
        sessions.forEach(session -> session.seal(epoch));
    }

    void open(WriterOpening opening, long token) {
        sessions.add(new Session(opening.writer(), opening.subtask(), opening.parallelism(), token));
    }

    /**
     * Whether it is this put's turn.
     *
     * @throws Refused FENCED when its writer was replaced, INVALID when it was not opened or a put is missing before it
     */
    Turn turn(PutHeader header, long committedEpoch) throws Refused {
        Session session = session(header.token());
        if (session == null || !session.isOpen()) {
            throw Refused.fenced(
                    "Cannot put to table %s: subtask %d of %s was opened again since it got token %d, so another one has "
                            + "taken this one's place, or it was never opened here. It has to stop and begin anew with open.",
                    header.table(), header.subtask(), header.writer(), header.token());
        }
        if (!session.writer().equals(header.writer())
                || session.subtask() != header.subtask()
                || session.parallelism() != header.parallelism()) {
            throw Refused.invalid(
                    "Token %d was not given to subtask %d of %d of %s.",
                    header.token(), header.subtask(), header.parallelism(), header.writer());
        }
        long expected = session.last(header.table()).batches();
        if (header.seq() < expected) {
            return Turn.REPEATED;
        }
        if (header.seq() > expected) {
            throw Refused.invalid(
                    "A put to table %s has seq %d, but the server has %d batches of this writer: some are missing. Restart "
                            + "the job from its last checkpoint.",
                    header.table(), header.seq(), expected);
        }
        if (header.epoch() <= committedEpoch || header.epoch() < session.lastEpoch(header.table())) {
            throw Refused.invalid(
                    "A put to table %s is for epoch %d, which is over: %d is committed.",
                    header.table(), header.epoch(), committedEpoch);
        }
        return Turn.NEXT;
    }

    /** Counts a put whose turn it is. */
    void put(PutHeader header, long rows) {
        Session session = Objects.requireNonNull(session(header.token()), "a put that was not admitted");
        session.put(header.table(), header.epoch(), session.last(header.table()).then(header, rows));
    }

    /**
     * Compares what the writers say they have put with what is here.
     *
     * @throws Refused INVALID when it is not the same
     */
    void verify(EpochCommit commit, long committedEpoch) throws Refused {
        Set<List<Object>> told = new HashSet<>();
        for (EpochCommit.Lane lane : commit.lanes()) {
            Session session = session(lane.token());
            if (session == null
                    || session.sealedAt() < commit.epoch()
                    || !session.writer().equals(lane.writer())
                    || session.subtask() != lane.subtask()) {
                throw Refused.invalid(
                        "Cannot commit epoch %d: what subtask %d of %s put with token %d is not here. %s",
                        commit.epoch(), lane.subtask(), lane.writer(), lane.token(), choices());
            }
            Mark mark = session.at(lane.table(), commit.epoch());
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
        for (Session session : sessions) {
            for (String table : session.tablesBetween(committedEpoch, commit.epoch())) {
                if (!told.contains(List.<Object>of(session.token(), table))) {
                    throw Refused.invalid(
                            "Cannot commit epoch %d: it leaves out what subtask %d of %s has put to table %s. %s",
                            commit.epoch(), session.subtask(), session.writer(), table, choices());
                }
            }
        }
    }

    /** How far the writers of each table had come at an epoch that {@link #verify} has let pass. */
    Map<String, Progress> progress(EpochCommit commit) {
        Map<String, TreeMap<Integer, Progress.Point>> points = new TreeMap<>();
        Map<String, Integer> parallelism = new HashMap<>();
        for (EpochCommit.Lane lane : commit.lanes()) {
            Session session = Objects.requireNonNull(session(lane.token()), "a commit that was not verified");
            Mark mark = session.at(lane.table(), commit.epoch());
            points.computeIfAbsent(lane.table(), table -> new TreeMap<>())
                    .put(
                            lane.subtask(),
                            new Progress.Point(commit.epoch(), mark == null ? null : mark.watermarkMillis()));
            parallelism.put(lane.table(), session.parallelism());
        }
        Map<String, Progress> progress = new TreeMap<>();
        points.forEach((table, each) ->
                progress.put(table, new Progress(commit.lineage(), parallelism.getOrDefault(table, 1), each)));
        return progress;
    }

    /** An epoch is committed: what led to it need not be compared again. */
    void committed(long epoch) {
        sessions.removeIf(session -> session.sealedAt() <= epoch);
        sessions.forEach(session -> session.committed(epoch));
    }

    private @Nullable Session session(long token) {
        for (Session session : sessions) {
            if (session.token() == token) {
                return session;
            }
        }
        return null;
    }

    private static String choices() {
        return "Either restore the server's data.dir, or restart the job from a checkpoint that the server has committed "
                + "(action lineages names them), or start the job without state.";
    }
}

package io.openclickstream.flight.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Who has written which part of a log. Each time a server opens the log to write, it begins a term with a name of its own
 * and writes it down as a record. So two logs that have the same record number of the same term are the same up to there,
 * whatever folders were lost, copied or brought back from a backup meanwhile. Immutable.
 *
 * @param terms those that are remembered, the oldest first
 */
public record Terms(List<Term> terms) {
    static final Terms NONE = new Terms(List.of());
    private static final int REMEMBERED = 64;

    /**
     * A term.
     *
     * @param first sequence of its first record, which is the one that says so
     */
    public record Term(String id, long first) {}

    public Terms {
        terms = List.copyOf(terms);
    }

    /**
     * The terms after another has begun.
     *
     * @param goesOn whether the tables are those that the records before lead to; otherwise nobody can go on from these
     */
    Terms then(String id, long first, boolean goesOn) {
        List<Term> all = new ArrayList<>(goesOn ? terms : List.of());
        all.add(new Term(id, first));
        return new Terms(all.size() > REMEMBERED ? all.subList(1, all.size()) : all);
    }

    /** Where somebody stands who has all up to this record; nowhere when that is before every term. */
    LogPosition at(long sequence) {
        LogPosition position = LogPosition.NOTHING;
        for (Term term : terms) {
            if (term.first() <= sequence) {
                position = new LogPosition(term.id(), sequence);
            }
        }
        return position;
    }

    /**
     * Whether somebody who stands there has what this log has up to there.
     *
     * @param last the last record of this log
     */
    boolean have(LogPosition position, long last) {
        return position.term() != null
                && position.sequence() <= last
                && at(position.sequence()).equals(position);
    }
}

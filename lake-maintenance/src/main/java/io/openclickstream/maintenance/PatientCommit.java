package io.openclickstream.maintenance;

import java.util.function.Supplier;
import org.apache.iceberg.PendingUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;

/**
 * Commits to a table to which jobs commit all the time. Iceberg tries a change five times, with ever longer pauses, and then
 * lets go of it. Several jobs and a slow store can win as often; so the change is made anew from the table as it is then, a
 * bounded number of times.
 */
final class PatientCommit {
    /** With five attempts each: in some ten seconds and more, as long as each attempt takes. */
    private static final int CHANGES = 6;

    private PatientCommit() {}

    /**
     * Commits a change.
     *
     * @param table refreshed before the change is made again
     * @param change makes it anew for each time, from the table as it is
     * @throws CommitFailedException when others were faster every time
     */
    static void commit(Table table, Supplier<? extends PendingUpdate<?>> change) {
        for (int made = 1; ; made++) {
            try {
                change.get().commit();
                return;
            } catch (CommitFailedException e) {
                if (made == CHANGES) {
                    throw e;
                }
                table.refresh();
            }
        }
    }
}

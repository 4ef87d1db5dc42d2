package io.openclickstream.flight.store;

import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.ViewFacts;
import org.jspecify.annotations.Nullable;

/**
 * Where somebody stands who has all rows of a view and has followed it so far, told so that it means the same after a
 * restart of the server.
 *
 * @param lineage whose rows they are
 * @param isCommitted which view
 * @param epoch of the committed view then
 * @param goneBack how often the view had gone back then; for the live view how often rows of it had been taken back
 * @param version of the live view then, which a server must have reached to go on; 0 for the committed one
 */
public record Position(String lineage, boolean isCommitted, long epoch, long goneBack, long version) {

    /** Where a snapshot stands; null before an epoch has been committed, since nothing is kept to go on from. */
    public static @Nullable Position of(TableSnapshot snapshot) {
        ViewFacts view = snapshot.view();
        return view.reachedEpoch() <= view.beginsAfter()
                ? null
                : new Position(
                        view.lineage(),
                        view.isCommitted(),
                        view.reachedEpoch(),
                        view.isCommitted() ? view.rewinds() : view.rollbacks(),
                        view.isCommitted() ? 0 : snapshot.state().version());
    }
}

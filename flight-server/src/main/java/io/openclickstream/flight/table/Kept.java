package io.openclickstream.flight.table;

import java.util.List;
import java.util.Set;

/**
 * A committed epoch of a table that can be read and gone back to.
 *
 * @param snapshot the table then
 * @param deltas what led here from the kept epoch before, in the order of epochs; nothing in the oldest one
 */
record Kept(long epoch, TableSnapshot snapshot, List<Delta> deltas) {

    /** Counts the snapshot's chunks as the table's; the opposite of {@link #close}. */
    Kept own(Owned owned) {
        snapshot.parts().forEach(part -> owned.add(part.chunk()));
        return this;
    }

    /** The same without rows of windows before this one. */
    Kept dropBefore(long keepFromMillis, Owned owned) {
        deltas.forEach(delta -> delta.dropBefore(keepFromMillis));
        if (snapshot.parts().stream().noneMatch(part -> part.window() < keepFromMillis)) {
            return this;
        }
        Kept without = new Kept(epoch, snapshot.keepFrom(keepFromMillis), deltas).own(owned);
        closeSnapshot(owned);
        return without;
    }

    /** The same without rows of persons. */
    Kept without(RowsOfPersons persons, Owned owned) {
        deltas.forEach(delta -> delta.erase(persons));
        Kept without = new Kept(epoch, snapshot.without(persons), deltas).own(owned);
        closeSnapshot(owned);
        return without;
    }

    /** Adds the windows before a time that hold rows of this epoch, or that were changed in it. */
    void windowsBefore(long millis, Set<Long> found) {
        snapshot.parts().stream()
                .map(TableSnapshot.Part::window)
                .filter(window -> window < millis)
                .forEach(found::add);
        deltas.forEach(delta -> delta.upserts().windowsBefore(millis, found));
    }

    /** The same as the oldest kept epoch. */
    Kept asOldest() {
        deltas.forEach(Delta::close);
        return new Kept(epoch, snapshot, List.of());
    }

    void closeSnapshot(Owned owned) {
        snapshot.parts().forEach(part -> owned.remove(part.chunk()));
        snapshot.close();
    }

    void close(Owned owned) {
        deltas.forEach(Delta::close);
        closeSnapshot(owned);
    }
}

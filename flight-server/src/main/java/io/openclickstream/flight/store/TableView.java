package io.openclickstream.flight.store;

import org.jspecify.annotations.Nullable;

/**
 * Which table, and which view of it.
 *
 * @param table its name
 * @param isCommitted whether the committed view is meant, not the live one
 * @param epoch of a committed view; null for the latest
 * @param lineage whose table; null for the one that is served
 */
public record TableView(
        String table,
        boolean isCommitted,
        @Nullable Long epoch,
        @Nullable String lineage) {

    /** The live view of a table of the served lineage. */
    public static TableView live(String table) {
        return new TableView(table, false, null, null);
    }

    /** The live view of the same table. */
    public TableView live() {
        return new TableView(table, false, null, lineage);
    }
}

package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.RowHashes;

/**
 * What a selection of a snapshot amounts to, told from its rows alone.
 *
 * @param rows how many there are; not more than the selection's limit
 * @param bytes what their chosen columns take, about as they travel
 * @param digest not negative; it differs when a row, whatever its columns, or their order differs: as they are kept, or
 *     for a limited selection as it orders them
 */
public record Measure(long rows, long bytes, long digest) {
    /**
     * Looks at every row that the selection lets through; with a limit, at the first only.
     *
     * @param withDigest whether it is wanted, which takes a look at every value; 0 otherwise
     */
    public static Measure of(TableSnapshot snapshot, Selection selection, boolean withDigest) {
        RowSizes sizes = new RowSizes(selection);
        int columns = snapshot.tableSchema().schema().getFields().size();
        long rows = 0;
        long bytes = 0;
        long digest = 0;
        PickedRows picked = PickedRows.toMeasure(snapshot.parts(), selection);
        while (picked.hasNext()) {
            Rows run = picked.run(Integer.MAX_VALUE);
            for (int i = 0; i < run.count(); i++) {
                int row = run.rows()[i];
                rows++;
                bytes += sizes.of(picked.chunk(), row);
                if (withDigest) {
                    digest = digest * 0x9E3779B97F4A7C15L + RowHashes.ofRow(run.columns(), columns, row) + 1;
                }
            }
            picked.skip(run.count());
        }
        return new Measure(rows, bytes, (digest ^ (digest >>> 32)) & Long.MAX_VALUE);
    }

    /** Whether any row passes; stops at the first. */
    public static boolean isAny(TableSnapshot snapshot, Selection selection) {
        return snapshot.parts().stream()
                .anyMatch(part -> selection.passing(part).count() > 0);
    }
}

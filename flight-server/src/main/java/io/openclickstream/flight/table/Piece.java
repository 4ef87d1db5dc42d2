package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of all that the tables hold, as it is written to a checkpoint and read back. In the order in which
 * {@link #of} gives them they make the same tables again.
 */
public sealed interface Piece {
    /** Comes first. */
    record Server(Tables.State state) implements Piece {}

    /** A lineage; its tables follow. */
    record OfLineage(Lineage.State state) implements Piece {}

    /** A table begins. The rows up to the first {@link EpochEnd} are those of the oldest kept epoch. */
    record TableBegin(String lineage, String table, String writer, TableSchema schema) implements Piece {}

    /** Rows of the oldest kept epoch. */
    record BaseRows(String lineage, String table) implements Piece {}

    /**
     * Rows that a subtask has changed in an epoch, or whose keys it has deleted.
     *
     * @param token of the subtask; {@link Table#TAKEN_BACK} for what was taken back
     */
    record DeltaRows(String lineage, String table, long token, long epoch, boolean areDeletes) implements Piece {}

    /**
     * With what came so far the table is what it was at this epoch.
     *
     * @param rollbacks how often rows of the live view had been taken back when it was committed
     * @param rewinds how often the committed view had gone back
     */
    record EpochEnd(String lineage, long epoch, TableState state, long rollbacks, long rewinds) implements Piece {}

    /** All of a table has come. */
    record TableEnd(String lineage, TableState state) implements Piece {}

    /** Everything about the committed view but its rows: the next commit goes on from it, and not from the last kept epoch. */
    record CommittedEnd(String lineage, TableState state) implements Piece {}

    /**
     * A piece and its rows.
     *
     * @param rows null when it has none; to be closed
     */
    record WithRows(Piece piece, @Nullable TableSnapshot rows) {}

    /** Everything that the tables hold now. */
    static List<WithRows> of(Tables tables) {
        List<WithRows> pieces = new ArrayList<>();
        pieces.add(new WithRows(new Server(tables.state()), null));
        for (Lineage lineage : tables.lineages()) {
            pieces.add(new WithRows(new OfLineage(lineage.state()), null));
            for (Table table : lineage.tables().values()) {
                addTable(lineage, table, pieces);
            }
        }
        return pieces;
    }

    private static void addTable(Lineage lineage, Table table, List<WithRows> pieces) {
        String id = lineage.id();
        pieces.add(new WithRows(new TableBegin(id, table.name(), table.writer(), table.schema()), null));
        boolean isBase = true;
        for (Kept kept : table.kept()) {
            if (isBase && kept.deltas().isEmpty()) {
                pieces.add(new WithRows(
                        new BaseRows(id, table.name()), kept.snapshot().retain()));
            }
            isBase = false;
            kept.deltas().forEach(delta -> addDelta(lineage, table, delta, pieces));
            TableSnapshot then = kept.snapshot();
            pieces.add(new WithRows(
                    new EpochEnd(
                            id,
                            kept.epoch(),
                            then.state(),
                            then.view().rollbacks(),
                            then.view().rewinds()),
                    null));
        }
        table.pending().forEach(delta -> addDelta(lineage, table, delta, pieces));
        table.takenBack().forEach(delta -> addDelta(lineage, table, delta, pieces));
        pieces.add(new WithRows(new TableEnd(id, table.state()), null));
        pieces.add(new WithRows(new CommittedEnd(id, table.committedState()), null));
    }

    private static void addDelta(Lineage lineage, Table table, Delta delta, List<WithRows> pieces) {
        for (boolean areDeletes : new boolean[] {true, false}) {
            RowStore rows = areDeletes ? delta.deletes() : delta.upserts();
            pieces.add(new WithRows(
                    new DeltaRows(lineage.id(), table.name(), delta.token(), delta.epoch(), areDeletes),
                    TableSnapshot.of(table.schema(), table.state(), lineage.liveFacts(), rows.share())));
        }
    }
}

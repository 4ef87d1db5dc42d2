package io.openclickstream.flight.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of chunks, found by their keys; each has a place, counted from 0 in the order in which they were added. */
final class KeyedRows {
    private final Keys keys;
    private final KeyIndex index = new KeyIndex();
    private final List<Chunk> chunks = new ArrayList<>();
    private int[] chunkOf = new int[64];
    private int[] rowOf = new int[64];
    private int size;

    KeyedRows(TableSchema schema) {
        this.keys = new Keys(schema);
    }

    /** Adds rows of a chunk whose keys are not here. */
    void add(Chunk chunk, Rows rows) {
        for (int i = 0; i < rows.count(); i++) {
            add(chunk, rows.rows()[i]);
        }
    }

    /** Adds a row whose key is not here. */
    void add(Chunk chunk, int row) {
        if (size == rowOf.length) {
            chunkOf = Arrays.copyOf(chunkOf, size * 2);
            rowOf = Arrays.copyOf(rowOf, size * 2);
        }
        if (chunks.isEmpty() || chunks.get(chunks.size() - 1) != chunk) {
            chunks.add(chunk);
        }
        chunkOf[size] = chunks.size() - 1;
        rowOf[size] = row;
        index.add(chunk.hash(row), size++);
    }

    int size() {
        return size;
    }

    /** The place of the row with the same key as this one; -1 when there is none. */
    int find(Chunk chunk, int row) {
        return index.find(
                chunk.hash(row),
                place -> keys.same(chunk.columns(), row, chunkAt(place).columns(), rowOf[place]));
    }

    Chunk chunkAt(int place) {
        return chunks.get(chunkOf[place]);
    }

    /** The position of the row at a place in its chunk. */
    int rowAt(int place) {
        return rowOf[place];
    }
}

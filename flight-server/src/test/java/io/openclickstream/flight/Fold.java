package io.openclickstream.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** What a client makes of a subscription's stream that does nothing but delete and upsert by the first column. */
public final class Fold {
    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, String> rows = new TreeMap<>();
    private final List<JsonNode> marks = new ArrayList<>();

    /** Takes a batch. */
    public synchronized void take(VectorSchemaRoot batch, ArrowBuf metadata) {
        List<FieldVector> columns = batch.getFieldVectors();
        TinyIntVector codes = (TinyIntVector) columns.get(columns.size() - 1);
        for (int row = 0; row < batch.getRowCount(); row++) {
            String key = columns.get(0).getObject(row).toString();
            if (codes.get(row) == 1) {
                rows.remove(key);
            } else {
                rows.put(key, row(columns.subList(0, columns.size() - 1), row));
            }
        }
        byte[] bytes = new byte[(int) metadata.readableBytes()];
        metadata.getBytes(metadata.readerIndex(), bytes);
        try {
            marks.add(JSON.readTree(bytes));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** All rows, sorted, as {@link #row} writes them. */
    public synchronized List<String> rows() {
        return rows.values().stream().sorted().toList();
    }

    /** Every mark so far. */
    public synchronized List<JsonNode> marks() {
        return List.copyOf(marks);
    }

    /** The last mark; null before the first. */
    public synchronized JsonNode last() {
        return marks.isEmpty() ? null : marks.get(marks.size() - 1);
    }

    /** The last token; null when there has been none. */
    public synchronized String token() {
        String token = null;
        for (JsonNode mark : marks) {
            token = mark.path("ends_step").asBoolean() && mark.has("resume")
                    ? mark.path("resume").asText()
                    : mark.path("ends_step").asBoolean() ? null : token;
        }
        return token;
    }

    /** Whether all of a step is here. */
    public synchronized boolean isWhole() {
        return !marks.isEmpty() && last().path("ends_step").asBoolean();
    }

    /** A row as text. */
    public static String row(List<FieldVector> columns, int row) {
        StringBuilder text = new StringBuilder();
        for (FieldVector column : columns) {
            text.append(column.getObject(row)).append('|');
        }
        return text.toString();
    }

    /** A copy that goes on by itself. */
    public synchronized Fold copy() {
        Fold copy = new Fold();
        copy.rows.putAll(rows);
        copy.marks.addAll(marks);
        return copy;
    }
}

package io.openclickstream.flight.server;

import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Shown;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** How rows are written over HTTP. */
enum RowFormat {
    ARROW("application/vnd.apache.arrow.stream"),
    JSON("application/json"),
    CSV("text/csv; charset=utf-8");

    private final String contentType;

    RowFormat(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /** Writes rows, a batch at a time. */
    interface Writer {
        /** Writes the rows that the batch holds now. */
        void rows() throws IOException;

        /** Writes what follows the last row; without it a reader can tell that something is missing, except in CSV. */
        void end() throws IOException;
    }

    /** A writer that has written what comes before the first row. */
    Writer writer(VectorSchemaRoot batch, OutputStream out) throws IOException {
        return switch (this) {
            case ARROW -> new ArrowRows(batch, out);
            case JSON -> new JsonRows(batch, out);
            case CSV -> new CsvRows(batch, out);
        };
    }

    /**
     * The format asked for by name, or else by an Accept header, or else JSON.
     *
     * @throws Refused INVALID when there is none of this name
     */
    static RowFormat of(@Nullable String name, @Nullable String accept) throws Refused {
        if (name != null) {
            for (RowFormat format : values()) {
                if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return format;
                }
            }
            throw Refused.invalid("There is no format '%s'. There are: arrow, json, csv.", Shown.text(name));
        }
        if (accept != null && accept.contains("application/vnd.apache.arrow.stream")) {
            return ARROW;
        }
        return accept != null && accept.contains("text/csv") ? CSV : JSON;
    }
}

package io.openclickstream.flight.server;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Rows as CSV (RFC 4180) with a header line. A null is nothing, an empty text is {@code ""}; values as in {@link
 * JsonRows}.
 */
final class CsvRows implements RowFormat.Writer {
    private final VectorSchemaRoot batch;
    private final Writer out;

    CsvRows(VectorSchemaRoot batch, OutputStream out) throws IOException {
        this.batch = batch;
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
        String separator = "";
        for (FieldVector column : batch.getFieldVectors()) {
            this.out.write(separator + quoted(column.getName()));
            separator = ",";
        }
        this.out.write("\r\n");
    }

    @Override
    public void rows() throws IOException {
        for (int row = 0; row < batch.getRowCount(); row++) {
            String separator = "";
            for (FieldVector column : batch.getFieldVectors()) {
                out.write(separator);
                separator = ",";
                CellValue value = CellValue.of(column, row);
                switch (value.kind()) {
                    case NULL -> {}
                    case BARE -> out.write(value.text());
                    case TEXT -> out.write(quoted(value.text()));
                }
            }
            out.write("\r\n");
        }
        out.flush();
    }

    @Override
    public void end() throws IOException {
        out.flush();
    }

    private static String quoted(String text) {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}

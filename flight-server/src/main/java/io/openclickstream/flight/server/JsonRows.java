package io.openclickstream.flight.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Rows as an array of JSON objects, one a line. Whole numbers are numbers, decimals are texts so that no digit is lost,
 * times are ISO 8601, bytes are Base64; a null is null.
 */
final class JsonRows implements RowFormat.Writer {
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();

    private final VectorSchemaRoot batch;
    private final JsonGenerator json;

    JsonRows(VectorSchemaRoot batch, OutputStream out) throws IOException {
        this.batch = batch;
        this.json = JSON.createGenerator(out);
        json.setRootValueSeparator(null);
        json.writeStartArray();
    }

    @Override
    public void rows() throws IOException {
        for (int row = 0; row < batch.getRowCount(); row++) {
            json.writeRaw('\n');
            json.writeStartObject();
            for (FieldVector column : batch.getFieldVectors()) {
                json.writeFieldName(column.getName());
                write(CellValue.of(column, row));
            }
            json.writeEndObject();
        }
        json.flush();
    }

    private void write(CellValue value) throws IOException {
        switch (value.kind()) {
            case NULL -> json.writeNull();
            case BARE -> json.writeRawValue(value.text());
            case TEXT -> json.writeString(value.text());
        }
    }

    @Override
    public void end() throws IOException {
        json.writeEndArray();
        json.writeRaw('\n');
        json.flush();
    }
}

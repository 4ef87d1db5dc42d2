package io.openclickstream.flight.server;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;

/** Rows as an Arrow IPC stream: the same batches as over Flight. */
final class ArrowRows implements RowFormat.Writer {
    private final ArrowStreamWriter writer;

    ArrowRows(VectorSchemaRoot batch, OutputStream out) throws IOException {
        writer = new ArrowStreamWriter(batch, null, out);
        writer.start();
    }

    @Override
    public void rows() throws IOException {
        writer.writeBatch();
    }

    @Override
    public void end() throws IOException {
        writer.end();
    }
}

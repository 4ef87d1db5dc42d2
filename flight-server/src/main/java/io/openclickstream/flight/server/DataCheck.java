package io.openclickstream.flight.server;

import com.google.protobuf.CodedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flight.impl.Flight.FlightData;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.vector.ipc.message.MessageMetadataResult;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a message of rows before Flight reads it. Flight takes as much memory as the message claims to have, before
 * it sees whether that much has come, and gives none of it back when it then cannot go on. Here whatever it would fail
 * on is found while nothing has been taken. Pure.
 */
final class DataCheck {
    private static final int DESCRIPTOR = tag(FlightData.FLIGHT_DESCRIPTOR_FIELD_NUMBER);
    private static final int HEADER = tag(FlightData.DATA_HEADER_FIELD_NUMBER);
    private static final int APP_METADATA = tag(FlightData.APP_METADATA_FIELD_NUMBER);
    private static final int BODY = tag(FlightData.DATA_BODY_FIELD_NUMBER);

    private DataCheck() {}

    /**
     * What was looked through.
     *
     * @param bytes of the message, not read yet
     * @param isSchema whether rows of a schema of their own begin with it
     */
    record Checked(InputStream bytes, boolean isSchema) {}

    /**
     * Checks the bytes of a {@code FlightData}.
     *
     * <p>Its fields come in the order of their numbers, as every writer of Flight's sends them, and each once. So Flight
     * has read descriptor and header before it takes memory, and takes it once.
     *
     * @param message its bytes to the end, not read yet
     * @throws IOException when Flight could not read them; so do runtime exceptions of what reads the header
     */
    static Checked check(InputStream message) throws IOException {
        // One that was compressed tells neither how long it is nor what came before; it is bounded by whoever expands
        // it.
        InputStream bytes = message.markSupported() ? message : new ByteArrayInputStream(message.readAllBytes());
        bytes.mark(Integer.MAX_VALUE);
        boolean isSchema = readFields(bytes) == MessageHeader.Schema;
        bytes.reset();
        return new Checked(bytes, isSchema);
    }

    /** Reads all fields, and says what the header is of. */
    private static byte readFields(InputStream bytes) throws IOException {
        byte @Nullable [] header = null;
        int bodyBytes = 0;
        int before = 0;
        while (bytes.available() > 0) {
            int tag = number(bytes);
            int size = number(bytes);
            if (tag <= before || size < 0 || size > bytes.available()) {
                throw new IOException("a field that comes too late, again, or not whole");
            }
            before = tag;
            if (tag == HEADER) {
                header = bytes.readNBytes(size);
            } else if (tag == BODY) {
                bodyBytes = size;
                bytes.skipNBytes(size);
            } else if (tag == DESCRIPTOR || tag == APP_METADATA) {
                bytes.skipNBytes(size);
            } else {
                throw new IOException("a field that Flight does not know");
            }
        }
        if (header == null) {
            requireNoBody(bodyBytes);
            return MessageHeader.NONE;
        }
        return readHeader(header, bodyBytes);
    }

    /** Reads a header as Flight will, with a body that has a size, but no memory. */
    private static byte readHeader(byte[] header, int bodyBytes) throws IOException {
        MessageMetadataResult message = MessageMetadataResult.create(ByteBuffer.wrap(header), header.length);
        var unused = MetadataVersion.fromFlatbufID(message.getMessage().version());
        switch (message.headerType()) {
            case MessageHeader.RecordBatch ->
                MessageSerializer.deserializeRecordBatch(message, body(bodyBytes))
                        .close();
            case MessageHeader.DictionaryBatch ->
                MessageSerializer.deserializeDictionaryBatch(message, body(bodyBytes))
                        .close();
            case MessageHeader.Schema -> {
                requireNoBody(bodyBytes);
                SchemaBudget.check(message.getMessage(), header.length);
                var unusedSchema = MessageSerializer.deserializeSchema(message);
            }
            case MessageHeader.NONE -> requireNoBody(bodyBytes);
            default -> throw new IOException("a kind of message that Flight does not take");
        }
        return message.headerType();
    }

    private static ArrowBuf body(int bytes) {
        return new ArrowBuf(ReferenceManager.NO_OP, null, bytes, 0);
    }

    private static void requireNoBody(int bodyBytes) throws IOException {
        if (bodyBytes > 0) {
            throw new IOException("a body that is no batch's");
        }
    }

    private static int number(InputStream bytes) throws IOException {
        int first = bytes.read();
        if (first < 0) {
            throw new EOFException();
        }
        return CodedInputStream.readRawVarint32(first, bytes);
    }

    /** Of a field of bytes. */
    private static int tag(int fieldNumber) {
        return fieldNumber << 3 | 2;
    }
}

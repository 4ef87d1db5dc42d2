package io.openclickstream.failures.network;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Cuts one direction of an HTTP/2 connection into its frames, which is how a proxy knows where a message begins. */
final class Http2Frames {
    private static final int PREFACE_BYTES = 24;
    private static final int HEADER_BYTES = 9;
    private static final int DATA = 0;

    private final DataInputStream in;
    private boolean isPrefaceDue;

    /** @param bytes of the frame with its header, or the preface */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Frame(byte[] bytes, boolean isData) {}

    /** @param fromClient whose side begins with a preface */
    Http2Frames(InputStream in, boolean fromClient) {
        this.in = new DataInputStream(in);
        this.isPrefaceDue = fromClient;
    }

    /**
     * The next frame.
     *
     * @return null when the connection has ended
     */
    @Nullable
    Frame next() throws IOException {
        if (isPrefaceDue) {
            isPrefaceDue = false;
            byte[] preface = in.readNBytes(PREFACE_BYTES);
            return preface.length == PREFACE_BYTES ? new Frame(preface, false) : null;
        }
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length < HEADER_BYTES) {
            return null;
        }
        int length = (header[0] & 0xFF) << 16 | (header[1] & 0xFF) << 8 | (header[2] & 0xFF);
        byte[] frame = new byte[HEADER_BYTES + length];
        System.arraycopy(header, 0, frame, 0, HEADER_BYTES);
        try {
            in.readFully(frame, HEADER_BYTES, length);
        } catch (EOFException e) {
            return null;
        }
        return new Frame(frame, header[3] == DATA && length > 0);
    }
}

package io.openclickstream.flight.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Records in a file: a file header {@code OCLG, format version}, then per record {@code magic, length, CRC32C, kind,
 * sequence, durable, header length, header, body}. The checksum covers everything after itself, and the length.
 */
final class RecordFile implements AutoCloseable {
    static final int FILE_HEADER_BYTES = 8;
    private static final int FILE_MAGIC = 0x4F434C47;
    private static final int FORMAT = 2;
    private static final int OLDEST_FORMAT = 2;
    private static final int RECORD_MAGIC = 0x52454331;
    private static final int FRAME_BYTES = 12;
    private static final int FIXED_BYTES = 1 + 8 + 8 + 4;
    private static final int MAX_RECORD_BYTES = 1 << 30;

    private final Path path;
    private final FileChannel channel;
    private long end;

    private RecordFile(Path path, FileChannel channel, long end) {
        this.path = path;
        this.channel = channel;
        this.end = end;
    }

    /** Makes a new file and writes its header. */
    static RecordFile create(Path path) throws IOException {
        FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        RecordFile file = new RecordFile(path, channel, 0);
        try {
            file.write(ByteBuffer.allocate(FILE_HEADER_BYTES)
                    .putInt(FILE_MAGIC)
                    .putInt(FORMAT)
                    .flip());
            return file;
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /**
     * Opens a file to read, and to cut.
     *
     * @throws UnusableData when it was written by a newer release, or is no such file. A file too short for its header
     *     is torn: it opens, with {@link #end()} 0
     */
    static RecordFile open(Path path) throws IOException {
        return open(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** Opens a file to read while another appends to it; it stays readable when it is deleted meanwhile. */
    static RecordFile openToRead(Path path) throws IOException {
        return open(path, FileChannel.open(path, StandardOpenOption.READ));
    }

    private static RecordFile open(Path path, FileChannel channel) throws IOException {
        try {
            RecordFile file = new RecordFile(path, channel, channel.size());
            if (channel.size() < FILE_HEADER_BYTES) {
                file.end = 0;
                return file;
            }
            ByteBuffer header = file.read(0, FILE_HEADER_BYTES);
            if (header.getInt() != FILE_MAGIC) {
                throw new UnusableData(
                        ("Cannot read %s: it is no log of this server. Move it away, or give another " + "data.dir.")
                                .formatted(path));
            }
            int format = header.getInt();
            if (format > 0 && format < OLDEST_FORMAT) {
                throw new UnusableData(
                        ("Cannot read %s: it has format %d of an earlier release, which knew no epochs. Give an empty "
                                        + "data.dir, and start the job without state to have all of its rows here again.")
                                .formatted(path, format));
            }
            if (format > FORMAT || format < 1) {
                throw new UnusableData(
                        ("Cannot read %s: it has format %d and this release reads up to %d. Start the release that "
                                        + "wrote it, or give another data.dir.")
                                .formatted(path, format, FORMAT));
            }
            return file;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    /** Where the next record would begin. */
    long end() {
        return end;
    }

    /** Takes note of what another has appended since. */
    void refresh() throws IOException {
        end = channel.size();
    }

    /** Appends a record; when that fails the file is cut back to where it was. */
    void append(LogRecord record) throws IOException {
        long begin = end;
        int length = Math.addExact(FIXED_BYTES + record.header().length, record.body().length);
        if (length > MAX_RECORD_BYTES) {
            throw new IOException("a record of %d bytes is too long".formatted(length));
        }
        ByteBuffer front = ByteBuffer.allocate(FRAME_BYTES + FIXED_BYTES + record.header().length);
        front.putInt(RECORD_MAGIC).putInt(length).putInt(0);
        front.put(record.kind()).putLong(record.sequence()).putLong(record.durable());
        front.putInt(record.header().length).put(record.header()).flip();
        ByteBuffer body = ByteBuffer.wrap(record.body());
        front.putInt(8, checksum(length, front.duplicate().position(FRAME_BYTES), body.duplicate()));
        try {
            write(front);
            write(body);
        } catch (IOException e) {
            end = begin;
            channel.truncate(begin);
            throw e;
        }
    }

    /** Waits until all that was appended is on disk. */
    void force() throws IOException {
        channel.force(false);
    }

    /** Cuts off everything from {@code position} on. */
    void truncate(long position) throws IOException {
        channel.truncate(position);
        channel.force(true);
        end = position;
    }

    /** A record and where the next one begins. */
    record Found(LogRecord record, long next) {}

    /**
     * Reads the record at a position.
     *
     * @return null when there is none that is whole and unharmed
     */
    @Nullable
    Found readAt(long position) throws IOException {
        if (position + FRAME_BYTES + FIXED_BYTES > end) {
            return null;
        }
        ByteBuffer frame = read(position, FRAME_BYTES);
        int magic = frame.getInt();
        int length = frame.getInt();
        int checksum = frame.getInt();
        if (magic != RECORD_MAGIC
                || length < FIXED_BYTES
                || length > MAX_RECORD_BYTES
                || position + FRAME_BYTES + length > end) {
            return null;
        }
        ByteBuffer content = read(position + FRAME_BYTES, length);
        if (checksum(length, content.duplicate(), ByteBuffer.allocate(0)) != checksum) {
            return null;
        }
        byte kind = content.get();
        long sequence = content.getLong();
        long durable = content.getLong();
        int headerLength = content.getInt();
        if (headerLength < 0 || headerLength > content.remaining()) {
            return null;
        }
        byte[] header = new byte[headerLength];
        content.get(header);
        byte[] body = new byte[content.remaining()];
        content.get(body);
        return new Found(new LogRecord(kind, sequence, durable, header, body), position + FRAME_BYTES + length);
    }

    /** Where the record after the one at a position begins; -1 when none is whole there. Reads no more than its length. */
    long skip(long position) throws IOException {
        if (position + FRAME_BYTES + FIXED_BYTES > end) {
            return -1;
        }
        ByteBuffer frame = read(position, FRAME_BYTES);
        int magic = frame.getInt();
        int length = frame.getInt();
        boolean whole = magic == RECORD_MAGIC
                && length >= FIXED_BYTES
                && length <= MAX_RECORD_BYTES
                && position + FRAME_BYTES + length <= end;
        return whole ? position + FRAME_BYTES + length : -1;
    }

    /** The largest {@code durable} that any whole record after a position claims; empty when there is none. */
    OptionalLong durableClaimedAfter(long position) throws IOException {
        long claimed = Long.MIN_VALUE;
        int window = 1 << 16;
        for (long from = position + 1; from + FRAME_BYTES + FIXED_BYTES <= end; from += window - 3) {
            ByteBuffer bytes = read(from, (int) Math.min(window, end - from));
            for (int at = 0; at + 4 <= bytes.limit(); at++) {
                if (bytes.getInt(at) == RECORD_MAGIC) {
                    Found found = readAt(from + at);
                    claimed = found == null
                            ? claimed
                            : Math.max(claimed, found.record().durable());
                }
            }
        }
        return claimed == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(claimed);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            end += channel.write(bytes, end);
        }
    }

    private ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("%s ended while it was read".formatted(path));
            }
        }
        return bytes.flip();
    }

    private static int checksum(int length, ByteBuffer first, ByteBuffer second) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(4).putInt(length).flip());
        crc.update(first);
        crc.update(second);
        return (int) crc.getValue();
    }
}

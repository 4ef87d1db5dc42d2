package io.openclickstream.schemas.lake;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one subtask and epoch, and how far the job had come. Its bytes are part of savepoints.
 *
 * @param erasuresApplied up to which entry of the list of erased persons the subtask neither keeps anything of anybody
 *     nor lets anything of them pass; {@link #NOT_TOLD} by those who do not say so
 */
public record LakeContent(List<LakeFile> files, List<LakeProgress> progress, long erasuresApplied) {
    /** Counts up when the bytes change; older ones stay readable. */
    public static final int FORMAT = 2;

    /** Stands for a number that nobody told. */
    public static final long NOT_TOLD = -1;

    private static final int WITHOUT_ERASURES = 1;
    private static final int NONE = -1;

    public LakeContent {
        files = List.copyOf(files);
        progress = List.copyOf(progress);
    }

    /** Of a subtask that writes, and says nothing of erased persons. */
    public LakeContent(List<LakeFile> files, List<LakeProgress> progress) {
        this(files, progress, NOT_TOLD);
    }

    /** As bytes. */
    public byte[] toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeInt(files.size());
            for (LakeFile file : files) {
                write(file, out);
            }
            out.writeInt(progress.size());
            for (LakeProgress step : progress) {
                out.writeUTF(step.topic());
                out.writeInt(step.partition());
                out.writeLong(step.toOffset());
                out.writeLong(step.completeThroughMillis());
            }
            out.writeLong(erasuresApplied);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    /** From bytes that {@link #toBytes} made, of this version of the program or an earlier one. */
    public static LakeContent of(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readByte();
            if (format != FORMAT && format != WITHOUT_ERASURES) {
                throw new IllegalArgumentException(
                        "The savepoint holds files of the lake in format %d, and this program reads %d. Use the newer program."
                                .formatted(format, FORMAT));
            }
            List<LakeFile> files = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                files.add(file(in));
            }
            List<LakeProgress> progress = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                progress.add(new LakeProgress(in.readUTF(), in.readInt(), in.readLong(), in.readLong()));
            }
            return new LakeContent(files, progress, format == WITHOUT_ERASURES ? NOT_TOLD : in.readLong());
        } catch (IOException e) {
            throw new UncheckedIOException("Files of the lake cannot be read from a savepoint: it is cut off", e);
        }
    }

    private static void write(LakeFile file, DataOutputStream out) throws IOException {
        out.writeUTF(file.table());
        out.writeUTF(file.location());
        out.writeLong(file.ingestionHour());
        out.writeLong(file.rows());
        out.writeLong(file.bytes());
        out.writeInt(file.columns().size());
        for (LakeColumn column : file.columns()) {
            out.writeInt(column.fieldId());
            out.writeLong(column.bytes());
            out.writeLong(column.values());
            out.writeLong(column.nulls());
            write(column.lower(), out);
            write(column.upper(), out);
        }
        write(file.upload(), out);
        out.writeInt(file.uploadVersion());
    }

    private static LakeFile file(DataInputStream in) throws IOException {
        String table = in.readUTF();
        String location = in.readUTF();
        long hour = in.readLong();
        long rows = in.readLong();
        long size = in.readLong();
        List<LakeColumn> columns = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            columns.add(
                    new LakeColumn(in.readInt(), in.readLong(), in.readLong(), in.readLong(), bytes(in), bytes(in)));
        }
        byte[] upload = bytes(in);
        return new LakeFile(
                table, location, hour, rows, size, columns, upload == null ? new byte[0] : upload, in.readInt());
    }

    private static void write(byte @Nullable [] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes == null ? NONE : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static byte @Nullable [] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length == NONE ? null : in.readNBytes(length);
    }
}

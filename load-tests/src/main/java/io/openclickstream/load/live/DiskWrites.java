package io.openclickstream.load.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;

/** What a disk can do for a log: writes of one size, one after the other, each confirmed before the next. */
final class DiskWrites {
    /** The file begins anew at this size, so that the disk does not fill. */
    private static final long FILE_BYTES = 256L << 20;

    private DiskWrites() {}

    /**
     * How many writes a second are confirmed (fdatasync).
     *
     * @param folder on the disk in question
     * @param bytes of one write
     */
    static double perSecond(Path folder, int bytes, Duration time) throws IOException {
        byte[] content = new byte[bytes];
        new Random(1).nextBytes(content); // zeros would be too easy for some disks
        Path file = folder.resolve("disk-writes");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long begin = System.nanoTime();
            long writes = 0;
            while (System.nanoTime() - begin < time.toNanos()) {
                if (channel.position() + bytes > FILE_BYTES) {
                    channel.truncate(0);
                }
                ByteBuffer left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(false);
                writes++;
            }
            return writes / ((System.nanoTime() - begin) / 1e9);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}

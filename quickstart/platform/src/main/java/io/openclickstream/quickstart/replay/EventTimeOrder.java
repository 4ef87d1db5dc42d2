package io.openclickstream.quickstart.replay;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts clicks by event time in bounded memory; clicks of the same time keep their order. What does not fit in memory
 * goes to sorted runs in a folder, which are merged at the end.
 */
final class EventTimeOrder implements Closeable {
    /** Takes clicks one after the other. */
    @FunctionalInterface
    interface Receiver {
        void click(FileClick click) throws IOException;
    }

    private static final int MAX_RUNS = 500;
    private static final int OVERHEAD_BYTES = 80;
    private static final Comparator<FileClick> BY_TIME = Comparator.comparingLong(FileClick::eventTimeMillis);

    private final Path folder;
    private final long memoryBytes;
    private final List<FileClick> inMemory = new ArrayList<>();
    private final List<Path> runs = new ArrayList<>();
    private long inMemoryBytes;
    private long clicks;

    /**
     * An empty order.
     *
     * @param folder for the runs; they are deleted on {@link #close}
     * @param memoryBytes how much may be held in memory
     */
    EventTimeOrder(Path folder, long memoryBytes) {
        this.folder = folder;
        this.memoryBytes = memoryBytes;
    }

    void add(FileClick click) throws IOException {
        inMemory.add(click);
        clicks++;
        inMemoryBytes += click.key().length + click.value().length + OVERHEAD_BYTES;
        if (inMemoryBytes > memoryBytes) {
            spill();
        }
    }

    /** How many clicks were added. */
    long clicks() {
        return clicks;
    }

    /** Hands all clicks over in order of event time. */
    void forEach(Receiver receiver) throws IOException {
        if (runs.isEmpty()) {
            inMemory.sort(BY_TIME); // stable
            for (FileClick click : inMemory) {
                receiver.click(click);
            }
            return;
        }
        spill();
        // Runs were cut in file order: of two equal times, the earlier run's is the earlier click.
        PriorityQueue<Run> next =
                new PriorityQueue<>(Comparator.comparingLong(Run::time).thenComparingInt(Run::index));
        try {
            for (int i = 0; i < runs.size(); i++) {
                Run run = new Run(i, runs.get(i));
                next.add(run);
            }
            for (Run run = next.poll(); run != null; run = next.poll()) {
                receiver.click(run.take());
                if (run.hasNext()) {
                    next.add(run);
                } else {
                    run.close();
                }
            }
        } finally {
            for (Run run : next) {
                run.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Path run : runs) {
            Files.deleteIfExists(run);
        }
    }

    private void spill() throws IOException {
        if (inMemory.isEmpty()) {
            return;
        }
        if (runs.size() >= MAX_RUNS) {
            throw new IOException(
                    "the file is too large to be sorted here (%d clicks so far). Sort it first and use --order file"
                            .formatted(clicks));
        }
        inMemory.sort(BY_TIME);
        Files.createDirectories(folder);
        Path run = Files.createTempFile(folder, "sorted-", ".run");
        runs.add(run);
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(run), 1 << 16))) {
            for (FileClick click : inMemory) {
                out.writeLong(click.eventTimeMillis());
                out.writeInt(click.key().length);
                out.write(click.key());
                out.writeInt(click.value().length);
                out.write(click.value());
            }
        }
        inMemory.clear();
        inMemoryBytes = 0;
    }

    /** Reads one sorted run; never empty before its first {@link #take}. */
    private static final class Run implements Closeable {
        private final int index;
        private final DataInputStream in;
        private @Nullable FileClick head;

        Run(int index, Path file) throws IOException {
            this.index = index;
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
            head = read();
        }

        int index() {
            return index;
        }

        long time() {
            return head == null ? Long.MAX_VALUE : head.eventTimeMillis();
        }

        boolean hasNext() {
            return head != null;
        }

        FileClick take() throws IOException {
            FileClick taken = head;
            if (taken == null) {
                throw new EOFException("a sorted run ended early");
            }
            head = read();
            return taken;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }

        private @Nullable FileClick read() throws IOException {
            long time;
            try {
                time = in.readLong();
            } catch (EOFException e) {
                return null;
            }
            byte[] key = in.readNBytes(in.readInt());
            byte[] value = in.readNBytes(in.readInt());
            return new FileClick(time, key, value);
        }
    }
}

package io.openclickstream.flight.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PutLogTest {
    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void whatWasForcedIsReadBackAcrossRestartsRollsAndPrunes() throws IOException {
        try (DataFolder data = open(folder);
                PutLog log = log(data, 0, new ArrayList<>())) {
            append(log, "a", "b");
            assertThat(log.roll()).isEqualTo(2);
            append(log, "c");
        }
        List<String> read = new ArrayList<>();
        try (DataFolder data = open(folder);
                PutLog log = log(data, 0, read)) {
            append(log, "d");
            assertThat(log.roll()).isEqualTo(4);
            log.prune(3);
            assertThat(log.bytes()).isEqualTo(logBytes());
        }
        assertThat(read).containsExactly("a", "b", "c");
        assertThat(readAll(folder, 3)).containsExactly("d");
        assertThat(warnings).isEmpty();
    }

    @Test
    void aTailCutAnywhereLosesOnlyTheRecordsItCuts() throws IOException {
        List<Long> ends = new ArrayList<>();
        Path file = folder.resolve("%020d.log".formatted(1));
        try (DataFolder data = open(folder);
                PutLog log = log(data, 0, new ArrayList<>())) {
            for (String text : List.of("first", "second", "the third is longer than the others")) {
                append(log, text);
                ends.add(Files.size(file));
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Path copy = Files.createDirectories(folder.resolve("cut" + length));
            Files.write(copy.resolve(file.getFileName()), Arrays.copyOf(whole, length));
            int kept =
                    (int) ends.stream().filter(end -> end <= copyLength(copy)).count();
            warnings.clear();
            List<String> read = new ArrayList<>();
            try (DataFolder data = open(copy);
                    PutLog log = log(data, 0, read)) {
                append(log, "after");
            }
            assertThat(read).hasSize(kept);
            boolean clean = length == RecordFile.FILE_HEADER_BYTES || ends.contains((long) length);
            assertThat(warnings).hasSize(clean ? 0 : 1);
            read.add("after");
            assertThat(readAll(copy, 0)).isEqualTo(read);
        }
    }

    @Test
    void aFlippedBitInAcknowledgedDataIsRefusedAndNothingIsLostOrChanged() throws IOException {
        Path file = folder.resolve("%020d.log".formatted(1));
        long middle;
        try (DataFolder data = open(folder);
                PutLog log = log(data, 0, new ArrayList<>())) {
            append(log, "first");
            append(log, "second");
            middle = Files.size(file);
            append(log, "third");
        }
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int at = 0; at < middle; at++) {
            Path copy = Files.createDirectories(folder.resolve("flip" + at));
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(copy.resolve(file.getFileName()), flipped);
            try (DataFolder data = open(copy)) {
                assertThatThrownBy(() -> log(data, 0, new ArrayList<>()).close())
                        .as("bit flipped in byte %d", at)
                        .isInstanceOf(UnusableData.class)
                        .hasMessageContaining(copy.toString());
            }
            assertThat(Files.readAllBytes(copy.resolve(file.getFileName()))).isEqualTo(flipped);
        }
    }

    @Test
    void recordsOfOneGroupThatWasNeverConfirmedAreATornTail() throws IOException {
        Path file = folder.resolve("%020d.log".formatted(1));
        long confirmed;
        try (DataFolder data = open(folder);
                PutLog log = log(data, 0, new ArrayList<>())) {
            append(log, "confirmed");
            confirmed = Files.size(file);
            append(log, "lost", "in one write", "with others");
        }
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(confirmed + 20);
            raw.write(0xff);
        }
        assertThat(readAll(folder, 0)).containsExactly("confirmed");
        assertThat(warnings).singleElement().asString().contains("never acknowledged");
    }

    @Test
    void aMissingFileIsRefused() throws IOException {
        try (DataFolder data = open(folder);
                PutLog log = log(data, 0, new ArrayList<>())) {
            for (String text : List.of("a", "b", "c")) {
                append(log, text);
                log.roll();
            }
        }
        Files.delete(folder.resolve("%020d.log".formatted(2)));
        assertThatThrownBy(() -> readAll(folder, 0))
                .isInstanceOf(UnusableData.class)
                .hasMessageContaining("record 2 is missing");
        Files.delete(folder.resolve("%020d.log".formatted(1)));
        assertThatThrownBy(() -> readAll(folder, 0)).hasMessageContaining("record 1 is missing");
    }

    @Test
    void aNewerFormatIsRefusedByName() throws IOException {
        Path file = folder.resolve("%020d.log".formatted(1));
        Files.write(file, new byte[] {'O', 'C', 'L', 'G', 0, 0, 0, 3});
        assertThatThrownBy(() -> readAll(folder, 0))
                .isInstanceOf(UnusableData.class)
                .hasMessageContaining(file + ": it has format 3 and this release reads up to 2");
        Files.write(file, new byte[] {'O', 'C', 'L', 'G', 0, 0, 0, 1});
        assertThatThrownBy(() -> readAll(folder, 0))
                .isInstanceOf(UnusableData.class)
                .hasMessageContaining(file + ": it has format 1 of an earlier release")
                .hasMessageContaining("start the job without state");
        Files.writeString(file, "something else");
        assertThatThrownBy(() -> readAll(folder, 0)).hasMessageContaining("no log of this server");
    }

    @Test
    void aCheckpointIsWholeOrRefused() throws IOException {
        try (DataFolder data = open(folder)) {
            assertThat(Checkpoint.read(data, record -> {})).isZero();
            write(data, 5, "a", "b");
            write(data, 9, "c", "d");
            assertThatThrownBy(() -> Checkpoint.write(data, 12, sink -> {
                        sink.add((byte) 1, new byte[0], new byte[0]);
                        throw new IOException("disk full");
                    }))
                    .hasMessage("disk full");
            List<String> read = new ArrayList<>();
            assertThat(Checkpoint.read(data, record -> read.add(text(record)))).isEqualTo(9);
            assertThat(read).containsExactly("c", "d");
            assertThat(folder.toFile().list()).containsExactlyInAnyOrder("lock", "00000000000000000009.checkpoint");

            Path file = folder.resolve("00000000000000000009.checkpoint");
            byte[] whole = Files.readAllBytes(file);
            for (int length = 0; length < whole.length; length++) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> Checkpoint.read(data, record -> {}))
                        .isInstanceOf(UnusableData.class)
                        .hasMessageContaining(file.toString());
            }
        }
    }

    @Test
    void aFolderHasOneServer() throws IOException {
        try (DataFolder data = DataFolder.open(folder, "process 42")) {
            assertThat(data.path()).isEqualTo(folder);
            assertThatThrownBy(() -> DataFolder.open(folder, "process 43"))
                    .isInstanceOf(UnusableData.class)
                    .hasMessageContaining("another Flight server has it (process 42)");
        }
        open(folder).close();
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> open(file)).hasMessageContaining("data.dir " + file + ": it is not a folder");
    }

    private static DataFolder open(Path folder) throws IOException {
        return DataFolder.open(folder, "a test");
    }

    private PutLog log(DataFolder data, long checkpoint, List<String> read) throws IOException {
        return PutLog.open(data, checkpoint, record -> read.add(text(record)), warnings::add);
    }

    private List<String> readAll(Path from, long checkpoint) throws IOException {
        List<String> read = new ArrayList<>();
        try (DataFolder data = open(from);
                PutLog log = log(data, checkpoint, read)) {
            assertThat(log.isBroken()).isFalse();
        }
        return read;
    }

    private static void append(PutLog log, String... group) throws IOException {
        for (String text : group) {
            log.append((byte) 1, "{}".getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8));
        }
        log.force();
    }

    private static void write(DataFolder data, long last, String... texts) throws IOException {
        Checkpoint.write(data, last, sink -> {
            for (String text : texts) {
                sink.add((byte) 1, new byte[0], text.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static String text(LogRecord record) {
        return new String(record.body(), StandardCharsets.UTF_8);
    }

    private long logBytes() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static long copyLength(Path copy) {
        return copy.resolve("%020d.log".formatted(1)).toFile().length();
    }
}

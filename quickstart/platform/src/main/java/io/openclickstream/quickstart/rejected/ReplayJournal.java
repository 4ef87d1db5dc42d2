package io.openclickstream.quickstart.rejected;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was sent again, kept in the lake's folder {@code replays}: for each replay that has ended a file {@code ID.ndjson}
 * with where each record stood and stands now, and {@code begun.json} for the one that has not. Only one process has it
 * open.
 */
final class ReplayJournal implements AutoCloseable {
    private static final String BEGUN = "begun.json";
    private static final String ENDED = ".ndjson";
    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;
    private final FileChannel channel;

    /**
     * A replay that has begun.
     *
     * @param begins end of each partition then: all that it has sent stands behind
     */
    record Begun(String id, String topic, Map<Integer, Long> begins) {}

    /** A record that was sent again. */
    private record Replayed(
            String topic,
            int partition,
            long offset,
            @JsonProperty("sent_partition") int sentPartition,
            @JsonProperty("sent_offset") long sentOffset) {}

    private ReplayJournal(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Opens a lake's journal.
     *
     * @throws CannotStartException when another process on this machine has it open
     */
    static ReplayJournal open(Path lake) throws IOException, CannotStartException {
        Path folder = Files.createDirectories(lake.resolve("replays"));
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new ReplayJournal(folder, channel);
            }
        } catch (OverlappingFileLockException e) {
            // Within this process.
        }
        channel.close();
        throw new CannotStartException(
                "Cannot replay: another replay of %s is running. Wait until it has ended.".formatted(lake));
    }

    /** Where each record that was ever sent again has come to stand; without the replay that has not ended. */
    Map<Position, Position> replayed() throws IOException {
        Map<Position, Position> all = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(ENDED)).toList()) {
                for (String line : Files.readAllLines(file)) {
                    Replayed each = JSON.readValue(line, Replayed.class);
                    all.put(
                            new Position(each.topic(), each.partition(), each.offset()),
                            new Position(each.topic(), each.sentPartition(), each.sentOffset()));
                }
            }
        }
        return all;
    }

    /** The replay that has begun and not ended, since it was killed. */
    Optional<Begun> begun() throws IOException {
        Path file = folder.resolve(BEGUN);
        return Files.exists(file) ? Optional.of(JSON.readValue(file.toFile(), Begun.class)) : Optional.empty();
    }

    /** Must be called before anything is sent. */
    void begin(Begun replay) throws IOException {
        write(BEGUN, List.of(JSON.writeValueAsString(replay)));
    }

    /** All of it is in Kafka. May be repeated. */
    void end(Begun replay, Map<Position, Position> sent) throws IOException {
        if (!sent.isEmpty()) {
            List<String> lines = new ArrayList<>();
            for (Map.Entry<Position, Position> each : sent.entrySet()) {
                Position from = each.getKey();
                Position to = each.getValue();
                lines.add(JSON.writeValueAsString(
                        new Replayed(from.topic(), from.partition(), from.offset(), to.partition(), to.offset())));
            }
            write(replay.id() + ENDED, lines);
        }
        Files.delete(folder.resolve(BEGUN));
    }

    private void write(String name, List<String> lines) throws IOException {
        Path draft = folder.resolve(name + ".draft");
        Files.write(draft, lines);
        try (FileChannel written = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

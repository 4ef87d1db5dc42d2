package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.platform.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** Python that reads a platform's lake and live tables as one while the job goes on. */
final class HistoryReader implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 360;

    private final Process process;
    private final Path answers;
    private final Path errors;

    private HistoryReader(Process process, Path answers, Path errors) {
        this.process = process;
        this.answers = answers;
        this.errors = errors;
    }

    /** Skips the test that calls it where there is no python3 with pyarrow and pyiceberg; on CI that is a failure. */
    static void require(Path root) throws Exception {
        boolean isThere;
        try {
            Process asked = new ProcessBuilder(interpreter(root), "-c", "import pyarrow.flight, pyiceberg")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            isThere = asked.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && asked.exitValue() == 0;
        } catch (IOException e) {
            isThere = false;
        }
        String needed = interpreter(root)
                + " lacks pyarrow or pyiceberg. Run: python3 -m venv .venv && .venv/bin/pip install pyarrow pyiceberg";
        if ("true".equals(System.getenv("CI"))) {
            assertThat(isThere).as(needed).isTrue();
        }
        Assumptions.assumeTrue(isThere, needed);
    }

    /** Begins to read. */
    static HistoryReader start(Platform platform, Path root, Path folder) throws IOException {
        Path script = folder.resolve("read_history.py");
        try (InputStream resource = HistoryReader.class.getResourceAsStream("read_history.py")) {
            Files.write(script, resource.readAllBytes());
        }
        Properties keys = new Properties();
        try (var file = Files.newBufferedReader(platform.dataFolder().resolve("s3.credentials"))) {
            keys.load(file);
        }
        Path answers = folder.resolve("answers.ndjson");
        Path errors = folder.resolve("read_history.err");
        ProcessBuilder builder = new ProcessBuilder(
                        interpreter(root),
                        script.toString(),
                        platform.addresses().flight().toString(),
                        "s3://clickstream/lake",
                        platform.addresses().s3().toString(),
                        keys.getProperty("access-key"))
                .redirectOutput(answers.toFile())
                .redirectError(errors.toFile());
        builder.environment().put("S3_SECRET_KEY", keys.getProperty("secret-key"));
        builder.environment()
                .put("PYTHONPATH", root.resolve("flight-server/clients/python").toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        return new HistoryReader(builder.start(), answers, errors);
    }

    /** Waits until it has read an epoch that has so many records. */
    void awaitAnswerOf(int records) throws IOException {
        await(() -> {
            List<JsonNode> read = answers();
            return !read.isEmpty() && records(read.get(read.size() - 1)) >= records;
        });
    }

    /** Waits until it has given so many answers, for so many epochs. */
    void awaitAnswers(int count, int epochs) throws IOException {
        await(() -> {
            List<JsonNode> read = answers();
            return read.size() >= count
                    && read.stream()
                                    .map(answer -> answer.at("/ledger/epoch").asLong())
                                    .distinct()
                                    .count()
                            >= epochs;
        });
    }

    private void await(Callable<Boolean> condition) throws IOException {
        Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> !process.isAlive() || condition.call());
        assertThat(process.isAlive()).as(Files.readString(errors)).isTrue();
    }

    /** Those that are whole. */
    private List<JsonNode> answers() throws IOException {
        String printed = Files.readString(answers);
        List<JsonNode> read = new ArrayList<>();
        for (String line :
                printed.substring(0, printed.lastIndexOf('\n') + 1).lines().toList()) {
            read.add(new JsonMapper().readTree(line));
        }
        return read;
    }

    private static long records(JsonNode answer) {
        Map<String, Long> ends = new HashMap<>();
        for (JsonNode row : answer.at("/ledger/rows")) {
            String[] step = row.asText().split("\\|", -1);
            ends.merge(step[0], Long.valueOf(step[1]), Math::max);
        }
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Lets it read until an epoch has read so many records, and returns all answers; the last line says why some could not
     * be had.
     */
    List<JsonNode> end(int records) throws Exception {
        try (var input = process.outputWriter()) {
            input.write(Integer.toString(records));
        }
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("it ends")
                .isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        List<JsonNode> read = new ArrayList<>();
        for (String line : Files.readAllLines(answers)) {
            read.add(new JsonMapper().readTree(line));
        }
        return read;
    }

    /** Ends it as kill -9 does. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static String interpreter(Path root) {
        String given = System.getenv("CLICKSTREAM_PYTHON");
        if (given != null && !given.isBlank()) {
            return given;
        }
        Path inCheckout = root.resolve(".venv/bin/python");
        return Files.isExecutable(inCheckout) ? inCheckout.toString() : "python3";
    }
}

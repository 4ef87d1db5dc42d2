package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own for one measurement, so that none profits or suffers from what another one left behind.
 *
 * @param classPath as the JVM takes it
 * @param heap size of its heap from the start, such as {@code 4g}
 * @param options further options of the JVM
 */
public record FreshJvm(String classPath, String heap, List<String> options) {
    private static final long LONGEST_RUN_MINUTES = 60;

    /**
     * Options for many open sessions, as of a task manager that has run for a while: its heap has been touched, and no
     * collection comes because classes have been loaded. Large pages are what our deployment gives to task managers.
     */
    private static final List<String> AS_TASK_MANAGERS =
            List.of("-XX:+UseTransparentHugePages", "-XX:+AlwaysPreTouch", "-XX:MetaspaceSize=256m");

    /**
     * One for many open sessions, with this JVM's classes.
     *
     * @param more further options; null for none
     */
    public static FreshJvm forManySessions(@Nullable List<String> more) {
        List<String> options = new ArrayList<>(AS_TASK_MANAGERS);
        options.addAll(more == null ? List.of() : more);
        return new FreshJvm(System.getProperty("java.class.path"), "5g", options);
    }

    /**
     * Runs a class to its end.
     *
     * @param log takes what it prints; the last line that begins with a brace is one JSON object
     * @return that object
     * @throws IOException when it fails or prints no such line
     */
    public JsonNode run(Class<?> main, List<String> arguments, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Xmx" + heap,
                "-Xms" + heap));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(LONGEST_RUN_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException("%s %s gave no result; see %s."
                        .formatted(main.getSimpleName(), String.join(" ", arguments), log));
            }
        } finally {
            process.destroyForcibly();
        }
        // What is logged while the JVM ends comes behind it.
        String result = Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("{"))
                .reduce((before, last) -> last)
                .orElseThrow(() -> new IOException("%s %s printed no result; see %s."
                        .formatted(main.getSimpleName(), String.join(" ", arguments), log)));
        return new JsonMapper().readTree(result);
    }
}

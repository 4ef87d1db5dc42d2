package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program of another module, started as the launcher starts it.
 *
 * @param root of the project
 * @param classPath what stands after {@code -cp}
 * @param main its class
 */
record JavaCommand(Path root, String classPath, String main) {

    /**
     * What a program has come to.
     *
     * @param output all that it printed
     */
    record Ended(int exitCode, String output) {}

    /**
     * Of a module that is built.
     *
     * @param libraries the module whose libraries are taken; often the same
     */
    static JavaCommand of(Path root, String module, String libraries, String main) throws IOException {
        String others = Files.readString(root.resolve(libraries).resolve("target/classpath.txt"))
                .strip();
        return new JavaCommand(root, root.resolve(module).resolve("target/classes") + ":" + others, main);
    }

    /** Runs it to its end, within a bound. */
    Ended run(Path output, Map<String, String> environment, String... arguments) throws Exception {
        Process process = start(output, environment, arguments);
        try {
            assertThat(process.waitFor(RunProgress.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }

    /** Starts it; the caller ends it. */
    Process start(Path output, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("jvm.options"),
                "-Xmx512m",
                "-Dclickstream.root=" + root,
                "-cp",
                classPath,
                main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }
}

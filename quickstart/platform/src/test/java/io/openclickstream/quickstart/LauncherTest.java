package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher says before it has built or started anything. */
class LauncherTest {
    private static final Path ROOT =
            Path.of(System.getProperty("clickstream.root", ".")).toAbsolutePath();

    @TempDir
    Path folder;

    private record Run(int exitCode, String output) {}

    @Test
    void alonePrintsTheHelp() throws Exception {
        Run run = launch(System.getProperty("java.home"));
        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).contains("demo", "up", "replay FILE", "bench", "--fresh");
        assertThat(launch(System.getProperty("java.home"), "help")).isEqualTo(run);
    }

    @Test
    void anUnknownCommandIsNamed() throws Exception {
        assertThat(launch(System.getProperty("java.home"), "demmo"))
                .isEqualTo(new Run(2, "There is no command 'demmo'. ./clickstream help lists them.\n"));
    }

    @Test
    void aWrongJdkIsToldWithWhatToDo() throws Exception {
        Run missing = launch(folder.toString(), "demo");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.output())
                .contains("JAVA_HOME is " + folder, "JDK 17 or later")
                .hasLineCount(1);

        assertThat(launch(jdkThatSays("    java.specification.version = 11"), "demo")
                        .output())
                .contains("is Java 11", "JDK 17 or later")
                .hasLineCount(1);
        assertThat(launch(jdkThatSays("    java.specification.version = 1.8"), "demo")
                        .output())
                .contains("is Java 8");
        assertThat(launch(jdkThatSays("nothing of use"), "demo").output()).contains("does not tell its version");
    }

    private String jdkThatSays(String line) throws IOException {
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/usr/bin/env bash\necho '" + line + "' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return folder.resolve("jdk").toString();
    }

    private static Run launch(String javaHome, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("bash", ROOT.resolve("clickstream").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", javaHome);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output);
    }
}

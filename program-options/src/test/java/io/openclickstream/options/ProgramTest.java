package io.openclickstream.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ProgramTest {
    @Command(description = "A program for these tests.")
    interface Options {
        @Option(names = "--session.gap", paramLabel = "DURATION", defaultValue = "30m", description = "Quiet time.")
        Duration sessionGap();

        @Option(names = "--memory", defaultValue = "64MiB", description = "Memory.")
        ByteSize memory();

        @Option(names = "--port", defaultValue = "8815", description = "Port.")
        int port();

        @Option(names = "--fresh", description = "Start anew.")
        boolean fresh();

        @Secret
        @Option(names = "--token", defaultValue = "", description = "Secret.")
        String token();
    }

    private static final Program<Options> PROGRAM =
            new Program<>("the test program", Options.class, (options, wrong) -> {
                wrong.require(
                        !options.sessionGap().isNegative(), "session.gap", "must be positive. Use for example 30m");
                wrong.require(options.port() > 0, "port", "must be 1 to 65535");
                wrong.require(options.token().length() != 3, "token", "is too short");
            });

    @Test
    void defaultsHoldWhenNothingIsGiven() throws OptionsException {
        Options options = PROGRAM.read(List.of(), Map.of());
        assertThat(options.sessionGap()).isEqualTo(Duration.ofMinutes(30));
        assertThat(options.memory()).isEqualTo(new ByteSize(64 << 20));
        assertThat(options.fresh()).isFalse();
    }

    @Test
    void commandLineWinsOverEnvironmentOverFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("p.properties"), "session.gap=1m\nport=1\nmemory=1KiB\n");
        Options options = PROGRAM.read(
                List.of("--options", file.toString(), "--port", "3"),
                Map.of("CLICKSTREAM_SESSION_GAP", "2m", "CLICKSTREAM_PORT", "2"));
        assertThat(options.memory()).isEqualTo(new ByteSize(1024));
        assertThat(options.sessionGap()).isEqualTo(Duration.ofMinutes(2));
        assertThat(options.port()).isEqualTo(3);
    }

    @Test
    void everyUnreadableValueIsReportedAtOnceWithItsSource() {
        assertThatThrownBy(() -> PROGRAM.read(
                        List.of("--session.gap=soon", "--port=x", "--colour=red"),
                        Map.of("CLICKSTREAM_MEMORY", "lots")))
                .isInstanceOfSatisfying(OptionsException.class, e -> assertThat(e.mistakes())
                        .hasSize(4)
                        .anySatisfy(line -> assertThat(line)
                                .contains("session.gap=soon (from command line)", "not a duration", "30m"))
                        .anySatisfy(
                                line -> assertThat(line).contains("memory=lots (from environment CLICKSTREAM_MEMORY)"))
                        .anySatisfy(line -> assertThat(line).contains("port=x"))
                        .anySatisfy(line -> assertThat(line).contains("--colour")));
    }

    @Test
    void valuesThatMakeNoSenseAreReportedAtOnce(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("p.properties"), "session.gap=PT-5M\n");
        assertThatThrownBy(() -> PROGRAM.read(List.of("--options=" + file, "--port=0"), Map.of()))
                .hasMessageContaining("Cannot start the test program: 2 option(s) are wrong.")
                .hasMessageContaining("session.gap=PT-5M (from file " + file + "): must be positive")
                .hasMessageContaining("port=0 (from command line): must be 1 to 65535");
    }

    @Test
    void valuesThatMakeNoSenseAreReportedBesideOnesThatCannotBeRead() {
        assertThatThrownBy(() -> PROGRAM.read(List.of("--session.gap=soon", "--port=0"), Map.of()))
                .hasMessageContaining("2 option(s) are wrong")
                .hasMessageContaining("session.gap=soon")
                .hasMessageContaining("port=0");
    }

    @Test
    void unknownNameInTheFileIsAMistakeButNotInTheEnvironment(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("p.properties"), "sesion.gap=5m\n");
        assertThat(PROGRAM.read(List.of(), Map.of("CLICKSTREAM_FLIGHT_PORT_8815_TCP", "x"))
                        .port())
                .isEqualTo(8815);
        assertThatThrownBy(() -> PROGRAM.read(List.of("--options=" + file), Map.of()))
                .hasMessageContaining("sesion.gap");
    }

    @Test
    void secretsAreNeverRepeated() {
        assertThatThrownBy(() -> PROGRAM.read(List.of("--token=abc"), Map.of()))
                .hasMessageContaining("token=(hidden)")
                .message()
                .doesNotContain("abc");
    }

    @Test
    void helpNamesEveryOptionAndMistakesEndWithExitCodeTwo() throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
        var errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
        assertThat(PROGRAM.run(new String[] {"--help"}, Map.of(), options -> 7, outStream, errStream))
                .isZero();
        assertThat(PROGRAM.run(new String[] {"--port=x"}, Map.of(), options -> 7, outStream, errStream))
                .isEqualTo(2);
        assertThat(PROGRAM.run(new String[] {"--fresh"}, Map.of(), options -> options.fresh() ? 7 : 8))
                .isEqualTo(7);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        PROGRAM.optionNames().stream().map(name -> "--" + name).toList())
                .contains("CLICKSTREAM_SESSION_GAP");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("port=x");
    }

    interface Place {
        @Option(names = "--place", defaultValue = "here", description = "Place.")
        String place();
    }

    interface Store extends ObjectStoreOptions, Place {
        @Option(names = "--bucket", required = true, description = "Bucket.")
        String bucket();
    }

    interface Copy extends Store, Place {
        @Option(names = "--copies", defaultValue = "1", description = "How many.")
        int copies();
    }

    private static final Program<Copy> COPY = new Program<>("copy", Copy.class, (options, wrong) -> {
        ObjectStoreOptions.check(options, wrong);
        wrong.require(!"alone".equals(options.s3SecretKey()), "s3.secret-key", "is too short");
        wrong.require(options.copies() > 0, "copies", "must be positive");
        wrong.require(!options.place().isEmpty(), "place", "is missing");
    });

    @Test
    void optionsAreInheritedAtAnyDistance(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("p.properties"), "s3.endpoint=http://store\nbucket=b\n");
        Copy options = COPY.read(
                List.of("--options", file.toString(), "--s3.path-style-access", "--bucket=c", "--copies=2"),
                Map.of("CLICKSTREAM_S3_REGION", "north"));
        assertThat(options.s3Endpoint()).isEqualTo("http://store");
        assertThat(options.s3Region()).isEqualTo("north");
        assertThat(options.hasS3PathStyle()).isTrue();
        assertThat(options.s3AccessKey()).isNull();
        assertThat(options.bucket()).isEqualTo("c");
        assertThat(options.place()).isEqualTo("here");
        assertThat(options.copies()).isEqualTo(2);
        assertThat(COPY.optionNames()).contains("copies", "bucket", "place", "s3.secret-key");
        assertThat(COPY.help()).contains("--s3.endpoint=URL", "Of an object store that is not Amazon's");
    }

    @Test
    void mistakesInInheritedOptionsAreReportedWithAllOthersAndSecretsStayHidden() {
        assertThatThrownBy(() -> COPY.read(
                        List.of("--bucket=b", "--copies=many", "--place=", "--s3.secret-key=alone"), Map.of()))
                .hasMessageContaining("4 option(s) are wrong")
                .hasMessageContaining("copies=many")
                .hasMessageContaining("s3.secret-key=(hidden)")
                .hasMessageContaining("place= (from command line): is missing")
                .hasMessageContaining("s3.access-key (default): goes with s3.secret-key")
                .message()
                .doesNotContain("alone");
        assertThatThrownBy(() -> COPY.read(List.of("--copies=0"), Map.of())).hasMessageContaining("--bucket");
    }
}

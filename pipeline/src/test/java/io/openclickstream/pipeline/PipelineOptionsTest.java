package io.openclickstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.options.OptionsException;
import io.openclickstream.pipeline.decide.session.SessionPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineOptionsTest {
    @TempDir
    Path folder;

    @Test
    void defaultsAreRight() throws OptionsException {
        assertThat(policy()).isEqualTo(SessionPolicy.of(Duration.ofMinutes(30)));
    }

    @Test
    void aPresetGivesTheRulesAndEveryOptionGivenWinsOverIt() throws OptionsException {
        assertThat(policy("--session.preset=MATOMO", "--session.time-zone=Europe/Berlin"))
                .isEqualTo(SessionPolicy.of(SessionPolicy.Preset.MATOMO, ZoneId.of("Europe/Berlin")));
        assertThat(policy("--session.preset=POSTHOG").maxDuration()).hasHours(24);
        SessionPolicy policy = policy(
                "--session.preset=POSTHOG",
                "--session.gap=10m",
                "--session.max-duration=0s",
                "--session.max-clicks=500",
                "--session.cut-at-midnight=true",
                "--session.site-time-zones=us=America/New_York,au=Australia/Lord_Howe",
                "--session.cut-on-campaign-change=true",
                "--session.account-property=account_id");
        assertThat(policy)
                .isEqualTo(new SessionPolicy(
                        Duration.ofMinutes(10),
                        null,
                        500,
                        true,
                        ZoneId.of("UTC"),
                        Map.of("us", ZoneId.of("America/New_York"), "au", ZoneId.of("Australia/Lord_Howe")),
                        true,
                        "account_id"));
    }

    @Test
    void wrongSessionRulesAreNamed() {
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(
                        List.of(
                                "--session.preset=ADOBE",
                                "--session.time-zone=Mars/Olympus",
                                "--session.max-clicks=-1",
                                "--user.max-clicks=0",
                                "--session.account-property= "),
                        Map.of()))
                .hasMessageContaining("session.preset=ADOBE")
                .hasMessageContaining("session.time-zone=Mars/Olympus")
                .hasMessageContaining("session.max-clicks=-1")
                .hasMessageContaining("user.max-clicks=0")
                .hasMessageContaining("session.account-property");
    }

    private static SessionPolicy policy(String... args) throws OptionsException {
        return ClickstreamJob.sessionPolicy(PipelineOptions.PROGRAM.read(List.of(args), Map.of()));
    }

    @Test
    void everyMistakeIsReportedAtOnce() {
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(
                        List.of(
                                "--session.gap=PT-5M",
                                "--lake.uri=clicks/lake",
                                "--lake.max-snapshots=99",
                                "--live.uri=http://x",
                                "--metrics.catalog=/no/such/folder",
                                "--deduplication.horizon=1s",
                                "--kafka.bootstrap-servers=localhost",
                                "--live.batch-rows=0",
                                "--erasures.poll=0s",
                                "--clicks.max-bytes=1GiB"),
                        Map.of()))
                .isInstanceOfSatisfying(OptionsException.class, e -> assertThat(e.mistakes())
                        .hasSize(10)
                        .anySatisfy(line ->
                                assertThat(line).startsWith("erasures.poll=").contains("1s to 1h"))
                        .anySatisfy(line ->
                                assertThat(line).startsWith("session.gap=PT-5M").contains("30m"))
                        .anySatisfy(line -> assertThat(line)
                                .startsWith("lake.max-snapshots=99")
                                .contains("100 to 100000"))
                        .anySatisfy(line -> assertThat(line)
                                .startsWith("lake.uri=clicks/lake")
                                .contains("s3://")));
    }

    @Test
    void filesToSignInWithMustBeReadableAndGoWithTls() {
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(
                        List.of("--live.token-file=/no/such/token", "--live.tls.ca=pom.xml", "--live.tls.key=pom.xml"),
                        Map.of()))
                .hasMessageContaining("live.token-file=/no/such/token (from command line): cannot be read")
                .hasMessageContaining("live.tls.ca=pom.xml (from command line): has no use without TLS")
                .hasMessageContaining("live.tls.certificate (default): and live.tls.key only make sense together");
    }

    @Test
    void allThatIsWrongWithTheFileOfKeysIsSaidAndNothingSecret() throws IOException {
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, """
                {"grouping": "c2hvcnQ=", "keys": [{"id": "one", "from": "soon", "secret": "aGlkZGVu"}]}""");
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(
                        List.of("--pseudonyms.keys=" + keys, "--pseudonyms.look-interval=0s"), Map.of()))
                .isInstanceOfSatisfying(OptionsException.class, e -> assertThat(e.mistakes())
                        .hasSize(4)
                        .anyMatch(
                                line -> line.startsWith("pseudonyms.keys=" + keys) && line.contains("'grouping' is no"))
                        .anyMatch(line -> line.contains("key 'one' has no 'from'"))
                        .anyMatch(line -> line.contains("key 'one', 'secret', is no base64"))
                        .anyMatch(line -> line.startsWith("pseudonyms.look-interval"))
                        .noneMatch(line -> line.contains("c2hvcnQ") || line.contains("aGlkZGVu")));
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(
                        List.of("--pseudonyms.keys=/no/such/keys", "--session.gap=PT-5M"), Map.of()))
                .hasMessageContaining("pseudonyms.keys=/no/such/keys (from command line): cannot be read")
                .hasMessageContaining("session.gap=PT-5M");
        assertThatThrownBy(
                        () -> PipelineOptions.PROGRAM.read(List.of("--pseudonyms.keep-refused-bytes=true"), Map.of()))
                .hasMessageContaining("has no use without pseudonyms.keys");
    }

    @Test
    void unknownFormatNamesTheKnownOnes() {
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(List.of("--clicks.format=XML"), Map.of()))
                .hasMessageContaining("CONFLUENT_AVRO");
    }

    @Test
    void helpDescribesEveryOption() {
        String help = PipelineOptions.PROGRAM.help();
        assertThat(PipelineOptions.PROGRAM.optionNames())
                .allSatisfy(name -> assertThat(help).contains("--" + name));
        assertThat(help).contains("30m", "Default");
    }
}

package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import io.openclickstream.quickstart.platform.Ports;
import io.openclickstream.quickstart.replay.Replay;
import io.openclickstream.quickstart.replay.ReplaySettings;
import io.openclickstream.quickstart.replay.ReplaySummary;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole files through a whole platform, with sessions that were counted independently. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ReplayIT {
    private static final Path ROOT = Path.of(System.getProperty("clickstream.root", "."));

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "wikimedia_reader_events.tsv.gz, 22224, 63524, 0",
        "nasa_19950801.tsv.gz, 2989, 30969, 0",
        "apache_combined.log.gz, 3052, 9999, 1",
    })
    void realFilesGiveTheSessionsThatOthersCounted(String name, long sessions, long clicks, long unreadable)
            throws Exception {
        Path file =
                ROOT.toAbsolutePath().resolveSibling("shared").resolve("data").resolve(name);
        assumeTrue(Files.exists(file), () -> name + " is not there; the sample is tested instead");
        ReplaySummary summary = replay(file);
        assertThat(summary.lakeSessions()).as("sessions").isEqualTo(sessions);
        assertThat(summary.ledger().accepted()).as("accepted clicks").isEqualTo(clicks);
        assertThat(summary.unreadable()).as("unreadable lines").isEqualTo(unreadable);
        assertThat(summary.isConserved()).as("%s", summary).isTrue();
    }

    @Test
    void theSampleGivesItsSessionsAndASecondReplayIsLateAndSaysWhy() throws Exception {
        Path file = folder.resolve("sample.log");
        try (InputStream sample = Replay.class.getResourceAsStream("sample.log")) {
            Files.copy(sample, file);
        }
        ReplaySummary first = replay(file);
        // .1: 08:45-09:30 and two days later; .2: 09:00:10, 09:30:11; .3: 09:15-09:20; .4: over midnight; 16 with one
        // click.
        assertThat(first.lakeSessions()).isEqualTo(22);
        assertThat(first.ledger().accepted()).isEqualTo(26);
        assertThat(first.unreadable()).isEqualTo(2);
        assertThat(first.isConserved()).as("%s", first).isTrue();
        assertThat(first.lines())
                .anySatisfy(line -> assertThat(line).contains("line 6: ", "has no closing"))
                .anySatisfy(line -> assertThat(line).contains("line 7: "))
                .noneSatisfy(line -> assertThat(line).contains("--fresh"));

        // All but those of the last minutes now lie behind what the folder has seen.
        ReplaySummary second = replay(file);
        assertThat(second.ledger().received()).isEqualTo(26);
        assertThat(second.ledger().late()).isEqualTo(9);
        assertThat(second.lakeRejected()).isEqualTo(9);
        assertThat(second.isConserved()).as("%s", second).isTrue();
        assertThat(second.lines()).anySatisfy(line -> assertThat(line).contains("--fresh"));
    }

    private ReplaySummary replay(Path file) throws Exception {
        Replay replay = new Replay(ReplaySettings.of(file), line -> {});
        PlatformSettings settings = PlatformSettings.of(ROOT, folder.resolve("data"), Ports.free());
        try (Platform platform = Platform.start(replay.platform(settings), line -> {})) {
            return replay.run(platform);
        }
    }
}

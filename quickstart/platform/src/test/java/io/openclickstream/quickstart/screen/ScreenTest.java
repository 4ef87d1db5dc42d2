package io.openclickstream.quickstart.screen;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.platform.Addresses;
import io.openclickstream.quickstart.platform.FlinkRest.Checkpoint;
import io.openclickstream.quickstart.platform.FlinkRest.Job;
import io.openclickstream.quickstart.platform.Lake;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.LiveTables.Sessions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Addresses ADDRESSES = new Addresses(
            "localhost:1",
            "clicks",
            URI.create("http://localhost:2"),
            URI.create("http://localhost:3"),
            URI.create("grpc://localhost:4"),
            URI.create("http://localhost:5"));

    @Test
    void saysEverythingThatIsKnown() {
        PlatformState state = state(
                Optional.of(new Ledger(7, 1_234, 1_200, 10, 20, 3, 1, 2)),
                Optional.of(new Sessions(40, 50, Optional.of(NOW.minusSeconds(11)))));
        assertThat(String.join("\n", Screen.full("Demo", state)))
                .contains("http://localhost:3", "grpc://localhost:4", "localhost:1  topic clicks", "http://localhost:2")
                .contains("1,234 read (200/s), 99 sent in this run")
                .contains("1,200   late 20   duplicate 10   malformed 3   future 1   filtered 2")
                .contains("40 open, 50 closed")
                .contains("7, 2 s ago")
                .contains("2026-01-02T03:03:54Z, 11 s behind now")
                .contains("3 files, 2.0 MiB")
                .contains("fl.connect(\"grpc://localhost:4\")")
                .contains("! Flink was started again");
    }

    @Test
    void saysWhatIsNotKnown() {
        PlatformState state = new PlatformState(
                NOW,
                ADDRESSES,
                Path.of("/data"),
                Path.of("/data/lake"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                new Lake.Size(0, 0),
                List.of());
        assertThat(Screen.numbers(state))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith("not running"),
                        line -> assertThat(line).endsWith("none read yet"),
                        line -> assertThat(line).endsWith("not known yet"),
                        line -> assertThat(line).endsWith("not known yet"),
                        line -> assertThat(line).endsWith("none yet"),
                        line -> assertThat(line).endsWith("not known yet"),
                        line -> assertThat(line).endsWith("0 files, 0.0 KiB"));
    }

    @Test
    void aDrainedJobIsCompleteUpToTheEndOfTime() {
        PlatformState state = state(
                Optional.empty(), Optional.of(new Sessions(0, 5, Optional.of(Instant.ofEpochMilli(Long.MAX_VALUE)))));
        assertThat(Screen.numbers(state)).anySatisfy(line -> assertThat(line).contains("end of time"));
    }

    @Test
    void thePythonLinesAreThree() {
        assertThat(Screen.python(ADDRESSES)).hasSize(3);
    }

    @Test
    void movesTheCursorOnATerminalOnly() {
        assertThat(shown(true)).contains("\u001b[2A").contains("\u001b[2Ka");
        assertThat(shown(false)).doesNotContain("\u001b").isEqualTo("a%nb%n%nc%n%n".formatted());
    }

    private static String shown(boolean terminal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Display display = new Display(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
        display.show(List.of("a", "b"));
        display.show(List.of("c"));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static PlatformState state(Optional<Ledger> ledger, Optional<Sessions> sessions) {
        return new PlatformState(
                NOW,
                ADDRESSES,
                Path.of("/data"),
                Path.of("/data/lake"),
                Optional.of(new Job("id", "RUNNING", true)),
                Optional.of(new Checkpoint(7, NOW.minusSeconds(2))),
                ledger,
                Optional.of(200.4),
                99,
                sessions,
                new Lake.Size(3, 2 << 20),
                List.of("Flink was started again"));
    }
}

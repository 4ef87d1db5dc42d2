package io.openclickstream.quickstart.screen;

import io.openclickstream.quickstart.platform.Addresses;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.LiveTables.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes a platform's state for a person. Pure: the same state makes the same lines. */
public final class Screen {
    private static final String UNKNOWN = "not known yet";

    private Screen() {}

    /** The addresses to open and where the data is. */
    public static List<String> addresses(Addresses addresses, java.nio.file.Path dataFolder, java.nio.file.Path lake) {
        return List.of(
                "Flink's page     " + addresses.flinkPage(),
                "Live page        " + addresses.flightHttp(),
                "Flight server    " + addresses.flight(),
                "Kafka            " + addresses.kafka() + "  topic " + addresses.topic(),
                "S3               " + addresses.s3(),
                "Lake             " + lake,
                "Data, logs       " + dataFolder);
    }

    /** The lines of Python that read the live table. */
    public static List<String> python(Addresses addresses) {
        return List.of(
                "import pyarrow.flight as fl; server = fl.connect(\"" + addresses.flight() + "\")",
                "info = server.get_flight_info(fl.FlightDescriptor.for_path(\"sessions\"))",
                "print(server.do_get(info.endpoints[0].ticket).read_all().to_pandas())");
    }

    /** Everything, for a terminal. */
    public static List<String> full(String title, PlatformState state) {
        List<String> lines = new ArrayList<>();
        lines.add(title + "   " + state.at().truncatedTo(ChronoUnit.SECONDS) + "   Ctrl-C stops");
        lines.add("");
        lines.addAll(addresses(state.addresses(), state.dataFolder(), state.lakeFolder()));
        lines.add("");
        lines.addAll(numbers(state));
        lines.add("");
        lines.add("Read the live table in Python (pip install pyarrow pandas):");
        python(state.addresses()).forEach(line -> lines.add("  " + line));
        if (!state.notices().isEmpty()) {
            lines.add("");
            state.notices().forEach(notice -> lines.add("! " + notice));
        }
        return lines;
    }

    /** The numbers that change. */
    public static List<String> numbers(PlatformState state) {
        return List.of(
                "Job              " + job(state),
                "Clicks           " + clicks(state),
                "  accepted       " + ledger(state.ledger()),
                "Sessions         " + state.sessions().map(Screen::sessions).orElse(UNKNOWN),
                "Last checkpoint  " + checkpoint(state),
                "Complete up to   "
                        + state.sessions()
                                .flatMap(Sessions::completeThrough)
                                .map(time -> complete(time, state.at()))
                                .orElse(UNKNOWN),
                "Lake             %,d files, %s"
                        .formatted(state.lake().files(), size(state.lake().bytes())));
    }

    private static String job(PlatformState state) {
        return state.job()
                .map(job -> job.state().toLowerCase(Locale.ROOT) + (job.allRunning() ? "" : " (not all of it yet)"))
                .orElse("not running");
    }

    private static String clicks(PlatformState state) {
        String read = state.ledger()
                .map(ledger -> "%,d read".formatted(ledger.received()))
                .orElse("none read yet");
        String rate = state.clicksPerSecond().map(" (%,.0f/s)"::formatted).orElse("");
        return read + rate + (state.sent() > 0 ? ", %,d sent in this run".formatted(state.sent()) : "");
    }

    private static String ledger(Optional<Ledger> ledger) {
        return ledger.map(counts -> "%,d   late %,d   duplicate %,d   malformed %,d   future %,d   filtered %,d"
                        .formatted(
                                counts.accepted(),
                                counts.late(),
                                counts.duplicate(),
                                counts.malformed(),
                                counts.future(),
                                counts.filtered()))
                .orElse(UNKNOWN);
    }

    private static String sessions(Sessions sessions) {
        return "%,d open, %,d closed".formatted(sessions.open(), sessions.closed());
    }

    private static String checkpoint(PlatformState state) {
        return state.checkpoint()
                .map(checkpoint -> "%d, %s ago"
                        .formatted(checkpoint.id(), time(Duration.between(checkpoint.completed(), state.at()))))
                .orElse("none yet");
    }

    private static String complete(Instant time, Instant now) {
        if (time.isAfter(now.plus(Duration.ofDays(365)))) {
            return "the end of time (the job was drained)";
        }
        return "%s, %s behind now".formatted(time.truncatedTo(ChronoUnit.SECONDS), time(Duration.between(time, now)));
    }

    private static String time(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7_200
                ? seconds / 60 + " min"
                : seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " days";
    }

    private static String size(long bytes) {
        return bytes < 1 << 20 ? "%.1f KiB".formatted(bytes / 1024.0) : "%,.1f MiB".formatted(bytes / 1048576.0);
    }
}

package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.replay.ReplaySettings;
import io.openclickstream.quickstart.replay.ReplaySettings.Order;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code ./clickstream replay}. */
@Command(
        sortOptions = false,
        description = {
            "Sends a file of clicks through the platform and says what became of them. Reads Apache and NGINX",
            "access logs, CSV and TSV with named columns, and NDJSON; plain or gzip.",
            ""
        })
final class ReplayOptions extends PlatformOptions {
    static final Program<ReplayOptions> PROGRAM =
            new Program<>("./clickstream replay", ReplayOptions.class, ReplayOptions::check);

    @Parameters(paramLabel = "FILE", arity = "1", description = "The file.")
    @Nullable
    Path file;

    @Mixin
    FileOptions reading = new FileOptions();

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            defaultValue = "event-time",
            description = "event-time: sorted by time; file: as the lines stand. Default: ${DEFAULT-VALUE}")
    String order = "event-time";

    @Option(
            names = "--speed",
            paramLabel = "SPEED",
            defaultValue = "max",
            description = "max: as fast as it goes; 60: an hour of the file in a minute. Default: ${DEFAULT-VALUE}")
    String speed = "max";

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(order.equals("event-time") || order.equals("file"), "order", "must be event-time or file");
        wrong.require(
                speed.equals("max") || (speed.matches("\\d{1,6}(\\.\\d{1,3})?") && Double.parseDouble(speed) > 0),
                "speed",
                "must be max, or how many times faster than real time, such as 60");
    }

    ReplaySettings replay() {
        return new ReplaySettings(
                Objects.requireNonNull(file, "picocli asks for it"),
                reading.format,
                reading.columns(),
                reading.zone,
                order.equals("file") ? Order.FILE : Order.EVENT_TIME,
                speed.equals("max") ? Double.POSITIVE_INFINITY : Double.parseDouble(speed));
    }
}

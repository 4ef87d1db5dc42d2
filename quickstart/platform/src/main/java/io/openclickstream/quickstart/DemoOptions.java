package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.platform.PlatformSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code ./clickstream demo}. */
@Command(
        sortOptions = false,
        description = {"Starts the platform, feeds it made-up clicks in real time, and shows what becomes of them.", ""
        })
final class DemoOptions extends PlatformOptions {
    static final Program<DemoOptions> PROGRAM =
            new Program<>("./clickstream demo", DemoOptions.class, DemoOptions::check);

    @Option(
            names = "--rate",
            paramLabel = "CLICKS",
            defaultValue = "200",
            description = "Clicks a second. Default: ${DEFAULT-VALUE}")
    int rate;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "The same seed makes the same clicks. Default: ${DEFAULT-VALUE}")
    long seed;

    @Option(
            names = "--session.gap",
            paramLabel = "DURATION",
            defaultValue = "1m",
            description = "Quiet time that ends a session; short, so that you see some end. Default: ${DEFAULT-VALUE}")
    Duration sessionGap = Duration.ofMinutes(1);

    @Option(
            names = "--session.allowed-lateness",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "How late a click still counts; short for the same reason. Default: ${DEFAULT-VALUE}")
    Duration sessionAllowedLateness = Duration.ofSeconds(30);

    /** What the screen is headed with. */
    String title() {
        return "Open Clickstream demo: a session ends after %d s without a click".formatted(sessionGap.toSeconds());
    }

    /** The demo's own session options, and what {@code --pipeline} says over them. */
    @Override
    PlatformSettings settings(Path root, String command) {
        Map<String, String> options = new HashMap<>();
        options.put("session.gap", sessionGap.toString());
        options.put("session.allowed-lateness", sessionAllowedLateness.toString());
        PlatformSettings settings = super.settings(root, command);
        options.putAll(settings.pipelineOptions());
        for (Map.Entry<String, String> option : options.entrySet()) {
            settings = settings.withPipelineOption(option.getKey(), option.getValue());
        }
        return settings;
    }

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(sessionGap.toMillis() > 0, "session.gap", "must be positive. Use for example 1m");
        wrong.require(
                !sessionAllowedLateness.isNegative(),
                "session.allowed-lateness",
                "must not be negative. Use for example 30s");
        wrong.require(rate >= 1 && rate <= 20_000, "rate", "must be 1 to 20000 clicks a second");
    }
}

package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.platform.Addresses;
import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.Platform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code ./clickstream bench}. */
@Command(
        sortOptions = false,
        description = {
            "Fills the topic of a platform of its own with made-up clicks, then starts the job and measures how many",
            "clicks a second one core carries from Kafka to the lake and the Flight server. Always starts anew.",
            ""
        })
final class BenchOptions extends PlatformOptions {
    static final Program<BenchOptions> PROGRAM =
            new Program<>("./clickstream bench", BenchOptions.class, BenchOptions::check);

    @Option(
            names = "--clicks",
            paramLabel = "NUMBER",
            defaultValue = "1000000",
            description = "How many clicks. Default: ${DEFAULT-VALUE}")
    long clicks;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "The same seed makes the same clicks. Default: ${DEFAULT-VALUE}")
    long seed;

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(clicks >= 1 && clicks <= 1_000_000_000, "clicks", "must be 1 to 1000000000");
    }

    List<String> arguments(Addresses addresses, String phase) {
        return List.of(
                "--phase=" + phase,
                "--kafka.bootstrap-servers=" + addresses.kafka(),
                "--kafka.topic=" + addresses.topic(),
                "--clicks=" + clicks,
                "--seed=" + seed,
                "--flink.rest=" + addresses.flinkPage(),
                "--flight.uri=" + addresses.flight());
    }

    List<String> measureArguments(Platform platform, Path root) {
        List<String> arguments = new ArrayList<>(arguments(platform.addresses(), "MEASURE"));
        arguments.add(
                "--report.dir=" + root.resolve("load-tests").resolve("target").resolve("road-benchmark"));
        arguments.add("--pids="
                + Stream.of(ChildName.values())
                        .flatMap(child -> platform.pid(child).map(pid -> child.module() + "=" + pid).stream())
                        .collect(Collectors.joining(",")));
        return arguments;
    }
}

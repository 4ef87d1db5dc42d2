package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
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

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(rate >= 1 && rate <= 20_000, "rate", "must be 1 to 20000 clicks a second");
    }
}

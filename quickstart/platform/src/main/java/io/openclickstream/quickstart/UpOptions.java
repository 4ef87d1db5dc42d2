package io.openclickstream.quickstart;

import io.openclickstream.options.Program;
import picocli.CommandLine.Command;

/** The options of {@code ./clickstream up}. */
@Command(
        sortOptions = false,
        description = {"Starts the platform and keeps it running; send your own clicks to its Kafka topic.", ""})
final class UpOptions extends PlatformOptions {
    static final Program<UpOptions> PROGRAM =
            new Program<>("./clickstream up", UpOptions.class, PlatformOptions::check);
}

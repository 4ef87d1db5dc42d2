package io.openclickstream.flight.server;

import io.openclickstream.options.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whose lineages are shown, and which is promoted. */
@Command(
        description = "Lists the lineages of a running Flight server with their epochs. A job that is started without "
                + "its state begins one; readers see the promoted one.")
public interface LineagesOptions {
    /** Reads and checks the options. */
    Program<LineagesOptions> PROGRAM = new Program<>(
            "the list of lineages",
            LineagesOptions.class,
            (options, wrong) -> wrong.require(
                    options.liveUri().matches("grpc(\\+tcp|\\+tls)?://[^/\\s]+"),
                    "live.uri",
                    "is not like grpc://HOST:PORT"));

    @Option(
            names = "--live.uri",
            paramLabel = "URI",
            defaultValue = "grpc://localhost:8815",
            description = "Where the Flight server is. Default: ${DEFAULT-VALUE}")
    String liveUri();

    @Option(
            names = "--promote",
            paramLabel = "LINEAGE",
            defaultValue = "",
            description = "Let readers see this lineage from now on; the one they saw is dropped.")
    String promote();
}

package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.recompute.Verification;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code ./clickstream verify}. */
@Command(
        sortOptions = false,
        description = {
            "Compares the sessions and metrics of a lake, row by row, with what computing them again makes, and says",
            "what differs. Ends with 0 when all is equal, 1 when something differs, 2 when that could not be found out.",
            ""
        })
final class VerifyOptions extends RecomputeOptions {
    static final Program<VerifyOptions> PROGRAM =
            new Program<>("./clickstream verify", VerifyOptions.class, VerifyOptions::check);

    @Nullable
    @Option(
            names = "--recomputed",
            paramLabel = "DIR",
            description = "What ./clickstream recompute made earlier, instead of computing it now.")
    Path recomputed;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many differing rows of each dataset to show. Default: ${DEFAULT-VALUE}")
    int rows;

    @Nullable
    @Option(
            names = "--flight",
            paramLabel = "URI",
            description =
                    "Compare the committed tables of a running Flight server with the lake, too, for each epoch it"
                            + " keeps; such as grpc://localhost:8815.")
    URI flight;

    @Nullable
    @Option(
            names = "--flight.token-file",
            paramLabel = "FILE",
            description = "A bearer token to show to it. Default: none")
    Path flightTokenFile;

    @Nullable
    @Option(
            names = "--flight.tls-ca",
            paramLabel = "FILE",
            description = "Certificates in PEM that its own must come from. Default: those that Java trusts")
    Path flightTlsCa;

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(
                backfill == null || flight == null,
                "backfill",
                "has no rows on a Flight server. Leave one of --backfill and --flight out");
        wrong.require(rows >= 0 && rows <= 10_000, "rows", "must be 0 to 10000");
        checkFlight(wrong);
        if (recomputed != null) {
            wrong.require(
                    Verification.isRecomputation(recomputed),
                    "recomputed",
                    "holds no finished recomputation. ./clickstream recompute makes one");
            wrong.require(target == null, "target", "has no use where --recomputed is given. Leave one of them out");
        }
    }

    private void checkFlight(Mistakes wrong) {
        wrong.require(
                flight == null
                        || (flight.getHost() != null
                                && String.valueOf(flight.getScheme()).matches("grpc(\\+tls)?")),
                "flight",
                "is no address of a Flight server. Write grpc://HOST:PORT, or grpc+tls://HOST:PORT");
        checkFile(flightTokenFile, "flight.token-file", wrong);
        checkFile(flightTlsCa, "flight.tls-ca", wrong);
    }

    private void checkFile(@Nullable Path file, String option, Mistakes wrong) {
        if (file != null) {
            wrong.require(flight != null, option, "has no use without --flight. Give both, or leave it out");
            wrong.require(Files.isReadable(file), option, "cannot be read. Give a file that is there");
        }
    }
}

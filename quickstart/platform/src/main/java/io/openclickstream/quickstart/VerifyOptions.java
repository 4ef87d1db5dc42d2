package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.recompute.Verification;
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

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(rows >= 0 && rows <= 10_000, "rows", "must be 0 to 10000");
        if (recomputed != null) {
            wrong.require(
                    Verification.isRecomputation(recomputed),
                    "recomputed",
                    "holds no finished recomputation. ./clickstream recompute makes one");
            wrong.require(target == null, "target", "has no use where --recomputed is given. Leave one of them out");
        }
    }
}

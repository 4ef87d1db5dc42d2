package io.openclickstream.load.report;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@link WriteReport}. */
@Command(description = "Makes one page, index.html, of all the benchmark runs that are kept in a folder.")
public interface WriteReportOptions {
    /** The program with its options and their checks. */
    Program<WriteReportOptions> PROGRAM =
            new Program<>("the report", WriteReportOptions.class, WriteReportOptions::check);

    @Option(
            names = "--reports.dir",
            paramLabel = "FOLDER",
            defaultValue = "load-tests/reports",
            description = "Holds a folder per run; the page is written beside them. Default: ${DEFAULT-VALUE}.")
    Path reportsDir();

    private static void check(WriteReportOptions options, Mistakes wrong) {
        wrong.require(
                Files.isDirectory(options.reportsDir()),
                "reports.dir",
                "is not a folder. Use the one that holds a folder per run");
    }
}

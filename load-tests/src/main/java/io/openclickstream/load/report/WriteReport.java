package io.openclickstream.load.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the runs that are kept and writes the page. Exit code 1 when a run cannot be read, and then no page. */
public final class WriteReport {
    private WriteReport() {}

    public static void main(String[] args) throws Exception {
        System.exit(WriteReportOptions.PROGRAM.run(
                args, System.getenv(), options -> run(options.reportsDir(), System.out, System.err)));
    }

    static int run(Path folder, PrintStream out, PrintStream err) throws IOException {
        List<KeptRun> runs;
        try {
            runs = KeptRun.allIn(folder);
        } catch (UnreadableRunsException e) {
            err.println(e.getMessage());
            return 1;
        }
        Path page = folder.resolve("index.html");
        Files.writeString(page, new ReportPage(runs).html());
        out.printf("%s tells of %d run(s).%n", page, runs.size());
        return 0;
    }
}

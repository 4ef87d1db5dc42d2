package io.openclickstream.load.parquet;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.TypedCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Compares our Parquet writer with {@code AvroParquetWriters}. Each writes the same generated clicks, with all columns of
 * the lake, from rows that lie ready in memory in the form it takes: ours from clicks as our source decodes them, the
 * other from Avro records that are made already. What is measured is the CPU time of the whole process while it writes,
 * garbage collection and compilation included. Afterwards DuckDB compares both files row by row.
 */
public final class ParquetWriterBenchmark {
    /** The same for both. The rows fill the old generation, so collectors that walk it in the background stay away. */
    static final List<String> JVM = List.of("-Xmx5g", "-Xms5g", "-Xmn1g", "-XX:+UseParallelGC");

    private static final long LONGEST_RUN_MINUTES = 30;

    private final ParquetWriterOptions options;
    private final PrintStream out;

    private ParquetWriterBenchmark(ParquetWriterOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        System.exit(ParquetWriterOptions.PROGRAM.run(
                args, System.getenv(), options -> new ParquetWriterBenchmark(options, System.out)
                        .run(TypedCommand.of(System.getProperties(), ParquetWriterBenchmark.class, args))));
    }

    private int run(String command) throws IOException, InterruptedException {
        Files.createDirectories(options.reportDir());
        WriterRun baseline = measure(Writer.AVRO_PARQUET_WRITERS);
        WriterRun ours = measure(Writer.CLICKSTREAM);
        var report = new ParquetWriterReport(
                options, baseline, ours, SameRows.in(file(Writer.AVRO_PARQUET_WRITERS), file(Writer.CLICKSTREAM)));
        report.write(command);
        report.print(out);
        return report.outputsAgree() ? 0 : 1;
    }

    private Path file(Writer writer) {
        return options.reportDir().resolve(writer.key() + ".parquet");
    }

    private WriterRun measure(Writer writer) throws IOException, InterruptedException {
        Path log = options.reportDir().resolve(writer.key() + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                WriterProcess.class.getName(),
                writer.name(),
                Long.toString(options.seed()),
                Integer.toString(options.rows()),
                Integer.toString(options.rounds()),
                file(writer).toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(LONGEST_RUN_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException("%s gave no result; see %s.".formatted(writer.shownAs(), log));
            }
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log);
        var run = new WriterRun(writer, new JsonMapper().readTree(lines.get(lines.size() - 1)));
        out.printf(
                Locale.ROOT,
                "%-20s %,10.0f rows/s of CPU  %6.1f bytes per row%n",
                writer.shownAs(),
                run.rowsPerCpuSecond(),
                run.bytesPerRow());
        return run;
    }
}

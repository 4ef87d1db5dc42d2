package io.openclickstream.load.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where a benchmark keeps its raw output. */
public record ReportFolder(Path folder) {

    /**
     * Keeps {@code command.txt}, {@code machine.json}, {@code runs.ndjson}, {@code table.txt} and {@code result.json}.
     *
     * @param command how it was started, see {@link TypedCommand}
     * @param runs what each run said, a JSON object each
     * @param result the benchmark's result, one JSON object
     */
    public void write(String command, List<String> runs, List<String> table, String result) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("command.txt"), command + "\n");
        Files.writeString(
                folder.resolve("machine.json"),
                new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(Machine.facts()) + "\n");
        Files.write(folder.resolve("runs.ndjson"), runs);
        Files.write(folder.resolve("table.txt"), table);
        Files.writeString(folder.resolve("result.json"), result + "\n");
    }
}

package io.openclickstream.load.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps everything a reader needs to judge or repeat a run: command, machine, samples, result. */
record RoadReport(RoadRun.Result result, List<RoadSample> samples, Map<String, Object> settings) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Prints the table and, as the last line, the result as one JSON object. */
    void print(PrintStream out) throws IOException {
        out.printf("%n%-28s %,14d%n", "clicks", result.clicks());
        out.printf("%-28s %,14.1f s%n", "wall time", seconds(result.wall()));
        result.processorTime()
                .forEach((name, time) -> out.printf("%-28s %,14.1f s%n", "CPU time " + name, seconds(time)));
        out.printf("%-28s %,14.0f clicks/s%n", "by wall time", result.clicksPerSecond());
        out.printf("%-28s %,14.0f clicks/s per core%n", "by CPU time of Flink", result.clicksPerCoreSecond());
        out.println(json());
    }

    /** Writes the files {@code command.txt}, {@code machine.json}, {@code samples.csv} and {@code result.json}. */
    void write(Path folder, String command, Map<String, Object> machine) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("command.txt"), command + "\n");
        Files.writeString(
                folder.resolve("machine.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(machine) + "\n");
        List<String> lines = new ArrayList<>();
        lines.add(RoadSample.csvHeader(samples.get(samples.size() - 1)));
        samples.forEach(sample -> lines.add(sample.csvLine()));
        Files.write(folder.resolve("samples.csv"), lines);
        Files.writeString(folder.resolve("result.json"), json() + "\n");
    }

    private String json() throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", "road");
        object.put("metric", "clicks per second per core, Kafka to lake and Flight");
        object.put("value", Math.round(result.clicksPerCoreSecond()));
        object.put("unit", "clicks/s/core");
        object.put("settings", settings);
        object.put("clicks_per_second", Math.round(result.clicksPerSecond()));
        object.put("wall_seconds", seconds(result.wall()));
        Map<String, Double> used = new LinkedHashMap<>();
        result.processorTime().forEach((name, time) -> used.put(name, seconds(time)));
        object.put("cpu_seconds", used);
        return JSON.writeValueAsString(object);
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}

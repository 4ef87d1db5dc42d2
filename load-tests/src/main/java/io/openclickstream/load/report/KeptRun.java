package io.openclickstream.load.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run of a benchmark as its folder tells of it.
 *
 * @param folder its name
 * @param command how it was started
 * @param machine what it ran on
 * @param result with at least name, metric, value and unit
 * @param table as the benchmark printed it; empty when it keeps none
 * @param jobs what each measured process said; empty when none is kept
 * @param measuredAt when it ran, as text; empty when not known
 */
record KeptRun(
        String folder,
        String command,
        JsonNode machine,
        JsonNode result,
        String table,
        List<JsonNode> jobs,
        String measuredAt) {
    private static final JsonMapper JSON = new JsonMapper();

    /** The benchmark's name. */
    String name() {
        return result.path("name").asText();
    }

    /**
     * Reads every folder in this one, those of well-known benchmarks first.
     *
     * @throws UnreadableRunsException when there is none, or when one lacks what every benchmark keeps
     */
    static List<KeptRun> allIn(Path folder) throws IOException, UnreadableRunsException {
        List<String> mistakes = new ArrayList<>();
        List<KeptRun> runs = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path run : entries.filter(Files::isDirectory).sorted().toList()) {
                runs.add(new Reader(run, mistakes).read());
            }
        }
        if (runs.isEmpty()) {
            mistakes.add("there is no run. Copy what a benchmark kept to a folder here");
        }
        if (!mistakes.isEmpty()) {
            throw new UnreadableRunsException(folder, mistakes);
        }
        runs.sort(Comparator.comparingInt((KeptRun run) -> Explanation.placeOf(run.name()))
                .thenComparing(KeptRun::name)
                .thenComparing(KeptRun::folder));
        return runs;
    }

    /** Reads one folder and notes all that is wrong with it. */
    private record Reader(Path folder, List<String> mistakes) {
        KeptRun read() throws IOException {
            JsonNode machine = object("machine.json");
            JsonNode result = object("result.json");
            if (result.isObject()) {
                check(result);
            }
            return new KeptRun(
                    folder.getFileName().toString(),
                    required("command.txt").strip(),
                    machine,
                    result,
                    optional("table.txt"),
                    jobs(),
                    measuredAt(machine));
        }

        private void check(JsonNode result) {
            for (String text : List.of("name", "metric", "unit")) {
                if (!result.path(text).isTextual()) {
                    wrong("result.json", "has no text '" + text + "'");
                }
            }
            if (!result.path("value").isNumber()) {
                wrong("result.json", "has no number 'value'");
            }
            JsonNode ratio = result.path("ratio");
            if (!ratio.isMissingNode() && (!ratio.isNumber() || ratio.asDouble() <= 0)) {
                wrong("result.json", "has a 'ratio' that is not a positive number: " + ratio);
            }
        }

        private List<JsonNode> jobs() throws IOException {
            List<JsonNode> jobs = new ArrayList<>();
            for (String line : optional("runs.ndjson").lines().toList()) {
                jobs.add(parsed("runs.ndjson", line));
            }
            return jobs;
        }

        /** What the machine's facts say, or else the first sample. */
        private String measuredAt(JsonNode machine) throws IOException {
            String told = machine.path("measured_at").asText();
            if (!told.isEmpty()) {
                return told;
            }
            List<String> samples = optional("samples.csv").lines().limit(2).toList();
            return samples.size() == 2 && samples.get(0).startsWith("at,")
                    ? samples.get(1).replaceFirst("\\..*|Z?,.*", "Z")
                    : "";
        }

        private JsonNode object(String file) throws IOException {
            String text = required(file);
            if (text.isEmpty()) {
                return MissingNode.getInstance();
            }
            JsonNode object = parsed(file, text);
            if (!object.isObject() && !object.isMissingNode()) {
                wrong(file, "is not a JSON object");
            }
            return object;
        }

        private JsonNode parsed(String file, String text) {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                wrong(file, "is not JSON: " + e.getOriginalMessage());
                return MissingNode.getInstance();
            }
        }

        private String required(String file) throws IOException {
            String text = optional(file);
            if (text.isBlank()) {
                wrong(file, "is missing or empty. Copy the whole folder that the benchmark kept");
            }
            return text.strip();
        }

        private String optional(String file) throws IOException {
            Path path = folder.resolve(file);
            return Files.exists(path) ? Files.readString(path) : "";
        }

        private void wrong(String file, String what) {
            mistakes.add("%s/%s %s".formatted(folder.getFileName(), file, what));
        }
    }
}

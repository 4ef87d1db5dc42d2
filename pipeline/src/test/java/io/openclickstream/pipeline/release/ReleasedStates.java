package io.openclickstream.pipeline.release;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a release promised of its state, or what the code at hand would write: one text file, {@code states.tsv}.
 *
 * @param maxParallelism into as many key groups state is split
 * @param operators by their uids
 * @param states by {@code uid/name}
 * @param metrics SQL of the shipped catalog, by name
 */
record ReleasedStates(
        String version,
        int maxParallelism,
        Map<String, Operator> operators,
        Map<String, State> states,
        Map<String, String> metrics) {

    /**
     * What a uid stands for.
     *
     * @param operatorClass simple name of the operator, or of the factory that makes it
     * @param input simple names of what it takes
     */
    record Operator(String operatorClass, String input, String meaning) {}

    /**
     * One state.
     *
     * @param since the release that first had it
     * @param key the key's fields by their paths, see {@link TypeFields}; empty for state without keys
     * @param value the same of the value
     */
    record State(String kind, String since, Map<String, String> key, Map<String, String> value) {}

    /** One line per fact, with tabs between its parts. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("# The state of release " + version + ": written once when it was made, never edited.");
        lines.add("release\t" + version);
        lines.add("max-parallelism\t" + maxParallelism);
        operators.forEach((uid, operator) -> lines.add(
                String.join("\t", "operator", uid, operator.operatorClass(), operator.input(), operator.meaning())));
        states.forEach((id, state) -> {
            lines.add(String.join("\t", "state", id, state.kind(), state.since()));
            state.key().forEach((path, type) -> lines.add(String.join("\t", "key", id, path, type)));
            state.value().forEach((path, type) -> lines.add(String.join("\t", "value", id, path, type)));
        });
        metrics.forEach((name, sql) -> lines.add(String.join("\t", "metric", name, sql)));
        return lines;
    }

    /** Reads what {@link #lines} has written. */
    static ReleasedStates parse(List<String> lines) {
        String version = "";
        int maxParallelism = 0;
        Map<String, Operator> operators = new TreeMap<>();
        Map<String, State> states = new TreeMap<>();
        Map<String, String> metrics = new TreeMap<>();
        for (String line : lines) {
            String[] parts = line.split("\t", -1);
            switch (parts[0]) {
                case "release" -> version = parts[1];
                case "max-parallelism" -> maxParallelism = Integer.parseInt(parts[1]);
                case "operator" -> operators.put(parts[1], new Operator(parts[2], parts[3], parts[4]));
                case "state" -> states.put(parts[1], new State(parts[2], parts[3], new TreeMap<>(), new TreeMap<>()));
                case "key" -> states.get(parts[1]).key().put(parts[2], parts[3]);
                case "value" -> states.get(parts[1]).value().put(parts[2], parts[3]);
                case "metric" -> metrics.put(parts[1], parts[2]);
                default -> {
                    if (!line.startsWith("#")) {
                        throw new IllegalArgumentException("not a line of states.tsv: " + line);
                    }
                }
            }
        }
        return new ReleasedStates(version, maxParallelism, operators, states, metrics);
    }
}

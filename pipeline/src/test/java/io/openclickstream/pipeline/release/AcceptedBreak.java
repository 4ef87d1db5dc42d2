package io.openclickstream.pipeline.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.YamlParserUtils;

/**
 * A promise to an old release that we do not keep, in {@code accepted-breaks.yml}.
 *
 * @param release whose savepoints it concerns
 * @param what does not hold, as the failed test names it
 * @param version the release that does not keep it
 * @param reason why, and what its users do
 */
record AcceptedBreak(String release, String what, String version, String reason) {

    /** Reads the file: a map with one list, {@code breaks}, of maps with these four texts. */
    static List<AcceptedBreak> read(Path file) throws IOException {
        Map<String, Object> yaml;
        try {
            yaml = YamlParserUtils.loadYamlFile(file.toFile());
        } catch (Exception e) {
            throw new IOException("Cannot read " + file + ": " + e.getMessage(), e);
        }
        List<AcceptedBreak> breaks = new ArrayList<>();
        if (!(yaml.get("breaks") instanceof List<?> listed)) {
            throw new IOException(file + " has no list 'breaks'. Write 'breaks: []' where nothing is broken.");
        }
        for (Object each : listed) {
            if (!(each instanceof Map<?, ?> map)) {
                throw new IOException(file + ": an entry is no map of release, what, version and reason: " + each);
            }
            breaks.add(new AcceptedBreak(
                    text(file, map, "release"),
                    text(file, map, "what"),
                    text(file, map, "version"),
                    text(file, map, "reason")));
        }
        return breaks;
    }

    private static String text(Path file, Map<?, ?> entry, String name) throws IOException {
        if (entry.get(name) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new IOException(
                "%s: '%s' is missing in %s, or no text. Every break says release, what, version and reason."
                        .formatted(file, name, entry));
    }
}

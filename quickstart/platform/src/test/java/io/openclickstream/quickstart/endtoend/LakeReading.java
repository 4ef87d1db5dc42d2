package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.endtoend.LakeQuestions.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one engine read of a lake.
 *
 * @param engine its name for {@code read_lake.py}
 * @param folder with a file per table: the columns' names, then all rows, sorted, one JSON array a line
 * @param answers what the engine itself counted, per dataset
 */
record LakeReading(String engine, Path folder, Map<String, Answer> answers) {
    private static final JsonMapper JSON = new JsonMapper();

    /** The reading of a script that has printed its answers. */
    static LakeReading of(String engine, Path folder, String printed) throws IOException {
        return new LakeReading(
                engine, folder, JSON.readValue(printed, new TypeReference<TreeMap<String, Answer>>() {}));
    }

    /** The rows of a dataset, in front of them the columns' names. */
    List<String> lines(String dataset) throws IOException {
        return Files.readAllLines(folder.resolve(dataset.replace("metrics/", "") + ".rows"));
    }

    /** Every row of every dataset is that of another reading, and every count is right. */
    void assertIsThatOf(LakeReading other, LakeQuestions questions) throws IOException {
        Map<String, Answer> expected = new TreeMap<>();
        questions.ofDatasets().forEach((dataset, question) -> expected.put(dataset, question.answer()));
        assertThat(answers).as("counted by %s", engine).isEqualTo(expected);
        for (String dataset : expected.keySet()) {
            assertThat(differences(other.lines(dataset), lines(dataset)))
                    .as("rows of %s that %s (-) and %s (+) read differently", dataset, other.engine, engine)
                    .isEmpty();
        }
    }

    private static List<String> differences(List<String> expected, List<String> found) {
        List<String> missing = new ArrayList<>(expected);
        List<String> more = new ArrayList<>();
        for (String line : found) {
            if (!missing.remove(line)) {
                more.add("+ " + line);
            }
        }
        missing.forEach(line -> more.add("- " + line));
        return more;
    }
}

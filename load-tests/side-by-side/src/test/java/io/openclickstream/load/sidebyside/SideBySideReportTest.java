package io.openclickstream.load.sidebyside;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SideBySideReportTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, String> OURS =
            Map.of("sessions", "9:a", "session_facts", "9:b", "urls", "5:c", "country_device", "3:d", "ledger", "4:4");
    private static final Map<String, String> WHOLE =
            Map.of("session_facts", "9:b", "urls", "5:c", "country_device", "3:d");
    private static final Map<String, String> PLAIN = Map.of("sessions", "9:a", "urls", "5:c", "country_device", "3:d");

    @Test
    void theLastJobIsComparedWithTheFirst() throws Exception {
        JsonNode result = result(report(WHOLE, PLAIN, OURS));
        assertThat(result.path("baseline").asText()).isEqualTo("Flink SQL, whole");
        assertThat(result.path("value").asLong()).isEqualTo(100_000);
        assertThat(result.path("ratio").asDouble()).isEqualTo(4);
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        assertThat(result.path("settings").path("hashmap").path("flink_sql").asLong())
                .isEqualTo(50_000);
    }

    @Test
    void aResultThatDiffersBetweenTwoJobsIsSeen() throws Exception {
        assertThat(report(with(WHOLE, "session_facts", "9:x"), PLAIN, OURS).outputsAgree())
                .isFalse();
        assertThat(report(WHOLE, with(PLAIN, "sessions", "8:a"), OURS).outputsAgree())
                .isFalse();
        SideBySideReport differs = report(WHOLE, PLAIN, with(OURS, "urls", "5:y"));
        assertThat(differs.outputsAgree()).isFalse();
        assertThat(result(differs).path("outputs_agree").asBoolean(true)).isFalse();
    }

    @Test
    void aResultThatIsMissingIsSeen() throws Exception {
        assertThat(report(WHOLE, PLAIN, Map.of()).outputsAgree()).isFalse();
        assertThat(report(Map.of(), Map.of(), Map.of()).outputsAgree()).isFalse();
    }

    @Test
    void sessionsUnderPseudonymsMustBeThoseOfTheUserIds() throws Exception {
        Map<String, String> outputs = Map.of("facts_without_user", "9:b", "urls", "5:c", "country_device", "3:d");
        JsonNode result = result(ofPseudonyms(outputs, outputs));
        assertThat(result.path("name").asText()).isEqualTo("pseudonyms");
        assertThat(result.path("baseline").asText()).isEqualTo("user ids");
        assertThat(result.path("ratio").asDouble()).isEqualTo(0.8);
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        assertThat(ofPseudonyms(outputs, with(outputs, "facts_without_user", "9:x"))
                        .outputsAgree())
                .isFalse();
    }

    private static SideBySideReport ofPseudonyms(Map<String, String> userIds, Map<String, String> pseudonyms)
            throws Exception {
        SideBySideOptions options = SideBySideOptions.PROGRAM.read(
                List.of("--name=pseudonyms", "--jobs=USER_IDS,PSEUDONYMS", "--backends=hashmap"), Map.of());
        return new SideBySideReport(
                options, List.of(run(Job.USER_IDS, 8, userIds), run(Job.PSEUDONYMS, 10, pseudonyms)));
    }

    private static Map<String, String> with(Map<String, String> outputs, String result, String digest) {
        Map<String, String> changed = new TreeMap<>(outputs);
        changed.put(result, digest);
        return changed;
    }

    private static SideBySideReport report(
            Map<String, String> whole, Map<String, String> plain, Map<String, String> ours) throws Exception {
        SideBySideOptions options = SideBySideOptions.PROGRAM.read(
                List.of("--jobs=FLINK_SQL_WHOLE,FLINK_SQL,CLICKSTREAM", "--backends=hashmap", "--clicks=1000000"),
                Map.of());
        return new SideBySideReport(
                options,
                List.of(
                        run(Job.FLINK_SQL_WHOLE, 40, whole),
                        run(Job.FLINK_SQL, 20, plain),
                        run(Job.CLICKSTREAM, 10, ours)));
    }

    private static JobRun run(Job job, double cpuSeconds, Map<String, String> outputs) {
        JsonNode seen = JSON.valueToTree(Map.of("outputs", outputs, "vertices", List.of("2 x source")));
        return new JobRun(job, "hashmap", cpuSeconds, cpuSeconds / 2, seen);
    }

    private static JsonNode result(SideBySideReport report) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        List<String> printed = out.toString(StandardCharsets.UTF_8).lines().toList();
        return JSON.readTree(printed.get(printed.size() - 1));
    }
}

package io.openclickstream.load.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.options.OptionsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadReportTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final List<JsonNode> reads = new ArrayList<>();

    @Test
    void ratioIsThatOfTheMedians() throws Exception {
        readAll();
        read(ReadReport.OURS, 0.4, 20_000, "aa");
        read(ReadReport.OURS, 100, 20_000, "aa"); // one slow read moves the median little
        read(ReadReport.THEIRS, 0.2, 20_000, "aa");
        JsonNode result = JSON.readTree(report().result());
        assertThat(result.path("outputs_agree").asBoolean()).isTrue();
        assertThat(result.path("value").asLong()).isEqualTo(50_000);
        assertThat(result.path("ratio").asDouble()).isEqualTo(0.5);
        assertThat(result.path("goals").path(0).path("met").asBoolean()).isFalse();
        assertThat(result.path("settings")
                        .path("rows_per_second")
                        .path("pyarrow_server")
                        .asLong())
                .isEqualTo(100_000);
    }

    @Test
    void otherValuesAreNoticed() throws Exception {
        readAll();
        read(ReadReport.THEIRS, 0.2, 20_000, "bb");
        assertThat(report().outputsAgree()).isFalse();
    }

    @Test
    void otherValuesOfTheCommittedViewAreNoticed() throws Exception {
        readAll();
        read(ReadReport.COMMITTED, 0.2, 20_000, "bb");
        assertThat(report().outputsAgree()).isFalse();
    }

    @Test
    void rowsThatAreMissingEverywhereAreNoticed() throws Exception {
        for (String name : List.of(ReadReport.OURS, ReadReport.THEIRS, ReadReport.COMMITTED)) {
            read(name, 0.2, 19_999, "aa");
        }
        read(ReadReport.FILTERED, 0.1, 10_000, "ff");
        assertThat(report().outputsAgree()).isFalse();
    }

    @Test
    void filterThatLetsOthersThroughIsNoticed() throws Exception {
        readAll();
        read(ReadReport.FILTERED, 0.1, 20_000, "ff");
        assertThat(report().outputsAgree()).isFalse();
    }

    @Test
    void readThatNeverHappenedIsNoticed() throws Exception {
        read(ReadReport.OURS, 0.2, 20_000, "aa");
        read(ReadReport.THEIRS, 0.2, 20_000, "aa");
        read(ReadReport.FILTERED, 0.1, 10_000, "ff");
        assertThat(report().outputsAgree()).isFalse();
    }

    private void readAll() throws Exception {
        read(ReadReport.OURS, 0.4, 20_000, "aa");
        read(ReadReport.THEIRS, 0.2, 20_000, "aa");
        read(ReadReport.COMMITTED, 0.4, 20_000, "aa");
        read(ReadReport.FILTERED, 0.1, 10_000, "ff");
        reads.add(JSON.readTree("{\"read\":\"loopback_tcp\",\"seconds\":0.1,\"bytes\":1000}"));
    }

    private void read(String name, double seconds, int rows, String checksum) throws Exception {
        reads.add(JSON.readTree(
                "{\"read\":\"%s\",\"seconds\":%s,\"rows\":%d,\"bytes\":1000,\"server_cpu_seconds\":0.1,\"checksum\":\"%s\"}"
                        .formatted(name, seconds, rows, checksum)));
    }

    private ReadReport report() throws OptionsException {
        return new ReadReport(
                ReadOptions.PROGRAM.read(List.of("--server.class-path=x", "--rows=20000"), Map.of()), reads);
    }
}

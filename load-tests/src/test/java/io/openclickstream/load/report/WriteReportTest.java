package io.openclickstream.load.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class WriteReportTest {
    private static final String MACHINE =
            "{\"processor\":\"P\",\"cores\":2,\"memory_bytes\":2147483648,\"measured_at\":\"2026-11-25T10:00:00Z\"}";
    private static final String COMPARISON = """
            {"name":"side-by-side","metric":"clicks per second","value":300,"unit":"clicks/s/core","baseline":"Flink SQL",
            "ratio":3.0,"outputs_agree":true,"settings":{"seed":7,
            "hashmap":{"flink_sql":100,"datastream":150,"clickstream":300},"rocksdb":{"flink_sql":50,"clickstream":100}}}""";

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @Test
    void everyRunIsThereWithAllItKeeps() throws Exception {
        keep("first", COMPARISON);
        Files.writeString(folder.resolve("first/table.txt"), "a table\n");
        Files.writeString(
                folder.resolve("first/runs.ndjson"),
                "{\"job\":\"flink_sql\",\"backend\":\"hashmap\",\"vertices\":[\"2 x Source: clicks\"]}\n");
        keep(
                "road-1",
                "{\"name\":\"road\",\"metric\":\"m\",\"value\":12.5,\"unit\":\"u\",\"cpu_seconds\":{\"flink\":8.25}}");
        keep(
                "odd",
                "{\"name\":\"something-new\",\"metric\":\"m\",\"value\":2,\"unit\":\"u\",\"baseline\":\"That\",\"ratio\":4}");
        Files.writeString(folder.resolve("README.md"), "not a run");

        String page = page();
        assertThat(page).containsSubsequence("id=\"first\"", "id=\"road-1\"", "id=\"odd\"");
        assertThat(page)
                .contains("a table", "2 x Source: clicks", "./clickstream bench side-by-side", "command of first")
                .contains("2.0 GiB", "2026-11-25T10:00:00Z", ">agree<")
                .contains("flink 8.25", "something-new");
        assertThat(page).doesNotContain("<script", "http://", "https://");
    }

    @Test
    void whatWasTypedStandsAsItIs() throws Exception {
        keep("first", COMPARISON);
        Files.writeString(folder.resolve("first/command.txt"), "./clickstream bench side-by-side --seed=7\n");

        assertThat(page())
                .contains(">./clickstream bench side-by-side --seed=7</pre>")
                .doesNotContain("./clickstream bench side-by-side\n");
    }

    @Test
    void barsAreAsLongAsTheirValues() throws Exception {
        keep("first", COMPARISON);
        assertProportional(bars(chart(1)), 100, 150, 300, 50, 100);
    }

    @Test
    void overviewHasTheRatioOfEveryComparison() throws Exception {
        keep("first", COMPARISON);
        keep(
                "cost",
                "{\"name\":\"x\",\"metric\":\"m\",\"value\":2,\"unit\":\"us/click\",\"baseline\":\"That\",\"ratio\":4}");
        assertProportional(bars(chart(0)), 1, 3, 2);
    }

    @Test
    void valueWithARatioOnlyStandsBesideTheBaselineThatTheRatioTells() throws Exception {
        keep(
                "cost",
                "{\"name\":\"x\",\"metric\":\"m\",\"value\":2,\"unit\":\"us/click\",\"baseline\":\"That\",\"ratio\":4}");
        assertProportional(bars(chart(0)), 0.5, 2);
        assertThat(page()).contains("us/click, less is better");
    }

    @Test
    void numbersThatCountSomethingElseHaveADrawingOfTheirOwn() throws Exception {
        keep("parquet", """
                {"name":"parquet-writer","metric":"m","value":400,"unit":"rows/s/core","baseline":"AvroParquetWriters","ratio":2,
                "settings":{"rows_per_second_per_core":{"avro_parquet_writers":200,"clickstream":400},
                "bytes_per_row":{"avro_parquet_writers":60,"clickstream":20}}}""");
        assertProportional(bars(chart(1)), 200, 400);
        assertProportional(bars(chart(2)), 60, 20);
        assertThat(page()).contains("bytes per row, less is better", "rows/s/core, more is better");
    }

    @Test
    void drawingsAreWellFormedAndTextIsEscaped() throws Exception {
        keep(
                "<b>",
                "{\"name\":\"<i>\",\"metric\":\"a & b\",\"value\":1,\"unit\":\"<u>\",\"baseline\":\"'\\\"<x>\",\"ratio\":2}");
        assertThat(page()).doesNotContain("<b>&", "<i>", "<u>", "<x>", "id=\"<").contains("a &amp; b", "&lt;u&gt;");
        assertThat(chart(0).getElementsByTagName("text").getLength()).isPositive();
    }

    @Test
    void allThatIsWrongIsToldAtOnceAndNoPageIsWritten() throws Exception {
        keep("good", COMPARISON);
        Files.createDirectories(folder.resolve("empty"));
        keep("broken", "{");
        keep("poor", "{\"name\":\"x\",\"value\":\"fast\",\"unit\":\"u\",\"ratio\":0}");
        assertThat(write()).isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains(
                        "7 thing(s) are wrong in " + folder,
                        "broken/result.json is not JSON",
                        "empty/machine.json is missing or empty. Copy the whole folder",
                        "empty/result.json is missing",
                        "empty/command.txt is missing",
                        "poor/result.json has no text 'metric'",
                        "poor/result.json has no number 'value'",
                        "poor/result.json has a 'ratio' that is not a positive number: 0");
        assertThat(folder.resolve("index.html")).doesNotExist();
    }

    @Test
    void timeIsThatOfTheFirstSampleWhereTheMachineHasNone() throws Exception {
        keep("road-1", "{\"name\":\"road\",\"metric\":\"m\",\"value\":1,\"unit\":\"u\"}");
        Path kept = folder.resolve("road-1");
        Files.writeString(kept.resolve("machine.json"), "{\"cores\":2}");
        Files.writeString(
                kept.resolve("samples.csv"), "at,busy\n2026-11-22T17:32:40.342Z,0.922\n2026-11-22T17:33:00Z,0.9\n");
        assertThat(page()).contains("2026-11-22T17:32:40Z").doesNotContain("17:33");
    }

    @Test
    void folderWithoutRunsIsAMistake() throws Exception {
        assertThat(write()).isEqualTo(1);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("there is no run");
    }

    /** The runs that this repository keeps can be read. */
    @Test
    void keptRunsMakeAPage() throws Exception {
        Path reports = Path.of(System.getProperty("clickstream.root"), "load-tests", "reports");
        List<KeptRun> runs = KeptRun.allIn(reports);
        String page = new ReportPage(runs).html();
        assertThat(runs).isNotEmpty().allSatisfy(run -> assertThat(page).contains("id=\"" + run.folder() + "\""));
    }

    private void keep(String run, String result) throws IOException {
        Path kept = Files.createDirectories(folder.resolve(run));
        Files.writeString(kept.resolve("result.json"), result);
        Files.writeString(kept.resolve("machine.json"), MACHINE);
        Files.writeString(kept.resolve("command.txt"), "command of " + run + "\n");
    }

    private int write() throws IOException {
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return WriteReport.run(folder, out, out);
    }

    private String page() throws IOException {
        assertThat(write()).as(said.toString(StandardCharsets.UTF_8)).isZero();
        return Files.readString(folder.resolve("index.html"));
    }

    /** A drawing of the page, read by an XML parser. */
    private Document chart(int index) throws Exception {
        Matcher drawings = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(page());
        for (int i = 0; i <= index; i++) {
            assertThat(drawings.find()).as("drawing %d", i).isTrue();
        }
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(drawings.group().getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Double> bars(Document chart) {
        List<Double> widths = new ArrayList<>();
        var bars = chart.getElementsByTagName("rect");
        for (int i = 0; i < bars.getLength(); i++) {
            widths.add(Double.valueOf(((Element) bars.item(i)).getAttribute("width")));
        }
        return widths;
    }

    private static void assertProportional(List<Double> widths, double... values) {
        assertThat(widths).hasSize(values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(widths.get(i) / widths.get(0)).isCloseTo(values[i] / values[0], within(0.01));
        }
    }
}

package io.openclickstream.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.replay.Columns.Field;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickFileTest {
    private static final Columns USUAL = Columns.choosing(Map.of());
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path folder;

    /** What was read: clicks as JSON, and the unreadable ones as "line: reason". */
    private record Read(List<JsonNode> clicks, List<String> unreadable) {}

    @Test
    void tsvWithUsualColumnsBecomesClicks() throws Exception {
        Read read = read(
                file("c.tsv", "uuid\ttimestamp\turl\tbrand\nada\t2014-01-07 00:00:15\thttps://x.example/a\tacme\n"));
        assertThat(read.unreadable()).isEmpty();
        assertThat(read.clicks()).hasSize(1);
        JsonNode click = read.clicks().get(0);
        assertThat(click.path("user_id").asText()).isEqualTo("ada");
        assertThat(click.path("event_time").asLong()).isEqualTo(1_389_052_815_000L);
        assertThat(click.path("url").asText()).isEqualTo("https://x.example/a");
        assertThat(click.path("properties").path("brand").asText()).isEqualTo("acme");
        assertThat(click.path("event_id").asText()).matches("[0-9a-f]{16}-2");
    }

    @Test
    void theSameContentGivesTheSameIdsWhateverItsNameAndCompression() throws Exception {
        String text = "user,time\nada,1389052815\nbob,1389052816\n";
        Path plain = file("a.csv", text);
        Path packed = folder.resolve("b.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(ids(read(packed))).isEqualTo(ids(read(plain))).doesNotHaveDuplicates();
        assertThat(ids(read(file("c.csv", text + " ")))).doesNotContainAnyElementsOf(ids(read(plain)));
    }

    @Test
    void aQuotedFieldMayRunOverLinesAndAQuoteLeftOpenCostsOneLineOnly() throws Exception {
        Read read = read(
                file("c.csv", "user,time,url\nada,1389052815,\"/a\n/b\"\nbob,1389052816,\"/open\ncid,1389052817,/c\n"));
        assertThat(read.clicks())
                .extracting(click -> click.path("user_id").asText())
                .containsExactly("ada", "cid");
        assertThat(read.clicks().get(0).path("url").asText()).isEqualTo("/a\n/b");
        assertThat(read.unreadable())
                .singleElement()
                .asString()
                .startsWith("4: not a CSV record: a quote is never closed");
    }

    @Test
    void unreadableLinesAreNamedAndNeverFatal() throws Exception {
        Read read = read(file(
                "c.ndjson",
                "{\"user\":\"ada\",\"time\":1389052815}\nnot json\n{\"time\":1389052815}\n{\"user\":\"bob\"}\n"
                        + "{\"user\":\"bob\",\"time\":\"soon\"}\n\n"
                        + "x".repeat(Lines.MAX_BYTES + 1)
                        + "\n{\"user\":\"cid\",\"time\":1389052815}"));
        assertThat(read.clicks()).hasSize(2);
        assertThat(read.unreadable())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("2: not JSON"),
                        line -> assertThat(line).startsWith("3: it names no user"),
                        line -> assertThat(line).startsWith("4: it has no time"),
                        line -> assertThat(line).startsWith("5: its time cannot be read: 'soon'"),
                        line -> assertThat(line).startsWith("7: the line is longer than"));
    }

    @Test
    void columnsCanBeNamed() throws Exception {
        Columns columns = Columns.choosing(Map.of(Field.USER, "Who", Field.EVENT_ID, "nr"));
        Read read = read(file("c.csv", "who,time,nr,user\nada,1389052815,e1,other\n"), columns);
        assertThat(read.clicks().get(0).path("user_id").asText()).isEqualTo("ada");
        assertThat(read.clicks().get(0).path("event_id").asText()).isEqualTo("e1");
        assertThat(read.clicks().get(0).path("properties").path("user").asText())
                .isEqualTo("other");
    }

    @Test
    void aFileThatCannotBeReplayedSaysWhy() throws Exception {
        assertThatThrownBy(() -> read(folder.resolve("none.csv"))).hasMessageContaining("no readable file");
        assertThatThrownBy(() -> read(file("empty.csv", "\n\n"))).hasMessageContaining("holds nothing");
        assertThatThrownBy(() -> read(file("what", "hello"))).hasMessageContaining("--format");
        assertThatThrownBy(() -> read(file("c.csv", "who,time\nada,1\n")))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("none of its columns is a user")
                .hasMessageContaining("--column.user")
                .hasMessageContaining("who, time");
        assertThatThrownBy(() -> read(file("d.csv", "user,time\na,1\n"), Columns.choosing(Map.of(Field.URL, "link"))))
                .hasMessageContaining("no column 'link' (--column.url)");
        Path utf16 = Files.write(folder.resolve("u.csv"), "user,time\n".getBytes(StandardCharsets.UTF_16));
        assertThatThrownBy(() -> read(utf16)).hasMessageContaining("UTF-16").hasMessageContaining("iconv");
        Path cut = Files.write(folder.resolve("cut.csv.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 1});
        assertThatThrownBy(() -> read(cut)).hasMessageContaining("gzip data is damaged");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<String> ids(Read read) {
        return read.clicks().stream()
                .map(click -> click.path("event_id").asText())
                .toList();
    }

    private static Read read(Path file) throws IOException, CannotStartException {
        return read(file, USUAL);
    }

    private static Read read(Path file, Columns columns) throws IOException, CannotStartException {
        List<JsonNode> clicks = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        ClickFile.open(file, null, columns, new EventTimes(ZoneOffset.UTC)).forEach(new ClickFile.Records() {
            @Override
            public void click(FileClick click) throws IOException {
                JsonNode json = JSON.readTree(click.value());
                assertThat(new String(click.key(), StandardCharsets.UTF_8))
                        .isEqualTo(json.path("user_id").asText());
                assertThat(click.eventTimeMillis())
                        .isEqualTo(json.path("event_time").asLong());
                clicks.add(json);
            }

            @Override
            public void unreadable(long lineNumber, String reason, String text) {
                unreadable.add(lineNumber + ": " + reason);
            }
        });
        return new Read(clicks, unreadable);
    }
}

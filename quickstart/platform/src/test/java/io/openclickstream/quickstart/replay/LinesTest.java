package io.openclickstream.quickstart.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.replay.Lines.Line;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;

class LinesTest {
    @Test
    void lineEndsOfBothKindsAndALastLineWithoutOne() throws IOException {
        assertThat(texts("a\r\nb\n\nc".getBytes(StandardCharsets.UTF_8))).containsExactly("a", "b", "", "c");
        assertThat(texts("a\n".getBytes(StandardCharsets.UTF_8))).containsExactly("a");
        assertThat(texts(new byte[0])).isEmpty();
    }

    @Test
    void controlCharactersDoNotEndALine() throws IOException {
        assertThat(texts("a\u0000b\u000bc\u0085d\u2028e\rf\n".getBytes(StandardCharsets.UTF_8)))
                .containsExactly("a\u0000b\u000bc\u0085d\u2028e\rf");
    }

    @Test
    void byteOrderMarkIsLeftOutAndALineThatIsNotUtf8IsLatin1() throws IOException {
        assertThat(texts(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, 'x', '\n', 'g', (byte) 0xF6, '\n'}))
                .containsExactly("x", "gö");
    }

    @Test
    void aLineOverTheLimitIsSkippedWholeAndTheNextIsRead() throws IOException {
        byte[] bytes = ("short\n" + "x".repeat(Lines.MAX_BYTES + 1) + "\nafter\n" + "y".repeat(Lines.MAX_BYTES) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        List<Line> lines = read(bytes);
        assertThat(lines).extracting(Line::tooLong).containsExactly(false, true, false, false);
        assertThat(lines.get(1)).isEqualTo(new Line(2, "", true));
        assertThat(lines.get(2)).isEqualTo(new Line(3, "after", false));
        assertThat(lines.get(3).text()).hasSize(Lines.MAX_BYTES);
    }

    @Property
    void linesJoinedAreReadBack(@ForAll List<@CharRange(from = 'a', to = 'z') String> lines) throws IOException {
        String text = String.join("", lines.stream().map(line -> line + "\n").toList());
        assertThat(texts(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(lines);
    }

    private static List<String> texts(byte[] bytes) throws IOException {
        return read(bytes).stream().map(Line::text).toList();
    }

    private static List<Line> read(byte[] bytes) throws IOException {
        List<Line> lines = new ArrayList<>();
        try (Lines in = new Lines(new ByteArrayInputStream(bytes))) {
            for (Line line = in.next(); line != null; line = in.next()) {
                lines.add(line);
            }
        }
        return lines;
    }
}

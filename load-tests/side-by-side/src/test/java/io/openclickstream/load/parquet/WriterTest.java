package io.openclickstream.load.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comparison of speeds is worth something only if both writers write the same rows, and if we would see it otherwise. */
class WriterTest {
    private static final int ROWS = 5_000;

    private final List<ReceivedClick> clicks = DecodedClicks.of(1, ROWS);

    @TempDir
    Path folder;

    @Test
    void bothWritersWriteTheSameRows() throws Exception {
        Path one = write(Writer.AVRO_PARQUET_WRITERS, clicks, "one.parquet");
        Path other = write(Writer.CLICKSTREAM, clicks, "it's.parquet");
        assertThat(SameRows.in(one, other)).isTrue();
        assertThat(Files.size(other)).isLessThan(Files.size(one));
    }

    @Test
    void aRowThatDiffersIsSeen() throws Exception {
        Path all = write(Writer.CLICKSTREAM, clicks, "all.parquet");
        assertThat(SameRows.in(all, write(Writer.CLICKSTREAM, clicks.subList(0, ROWS - 1), "fewer.parquet")))
                .isFalse();
        assertThat(SameRows.in(all, write(Writer.CLICKSTREAM, withLastMoved(), "moved.parquet")))
                .isFalse();
    }

    /** The last row stands one further in Kafka. */
    private List<ReceivedClick> withLastMoved() {
        List<ReceivedClick> moved = new ArrayList<>(clicks);
        ReceivedClick last = moved.get(ROWS - 1);
        SourcePosition at = last.source();
        moved.set(
                ROWS - 1,
                new ReceivedClick(
                        last.click(),
                        new SourcePosition(at.topic(), at.partition(), at.offset() + 1, at.ingestionTimeMillis()),
                        last.rawKey(),
                        last.rawValue()));
        return moved;
    }

    private Path write(Writer writer, List<ReceivedClick> rows, String name) throws Exception {
        Path file = folder.resolve(name);
        writer.rows(rows).write(file);
        return file;
    }
}

package io.openclickstream.pipeline.sink.lake;

import static io.openclickstream.pipeline.TestClicks.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.lake.EpochFile;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortedFilesTest {
    private static final String LINEAGE = "00000000-0000-0001-0000-000000000001";
    private static final long HOUR = 3_600_000;

    @TempDir
    Path folder;

    private RecoverableWriter storage;

    @BeforeEach
    void begin() throws IOException {
        storage = new org.apache.flink.core.fs.Path(folder.toUri())
                .getFileSystem()
                .createRecoverableWriter();
    }

    @Test
    void aFileForEachHourHoldsItsRowsInOrder() throws Exception {
        SortedFiles<ReceivedClick> files = clicks();
        files.add(received("c", "zoe", 5 * HOUR));
        files.add(received("a", "bob", 5 * HOUR + HOUR - 1));
        files.add(received("late", "ada", -1)); // of an hour long ago
        files.add(received("b", "bob", 5 * HOUR));
        files.write(7);
        List<LakeFile> written = files.take();
        assertThat(written).extracting(LakeFile::ingestionHour).containsExactly(-1L, 5L);
        assertThat(written).extracting(LakeFile::rows).containsExactly(1L, 3L);
        assertThat(written)
                .extracting(file -> file.location().replace(folder.toUri().toString(), ""))
                .containsExactly(
                        "clicks/ingestion_hour=1969-12-31-23/" + name(0),
                        "clicks/ingestion_hour=1970-01-01-05/" + name(1));
        assertThat(visible()).as("before they are committed").isEmpty();
        for (LakeFile file : written) {
            WrittenLake.show(file, storage);
            WrittenLake.show(file, storage); // as after a restore
        }
        assertThat(visible()).hasSize(2);
        assertThat(eventIds(written.get(1))).containsExactly("a", "b", "c");
        assertThat(Files.size(Path.of(written.get(1).location().replaceFirst("^file:/*", "/"))))
                .isEqualTo(written.get(1).bytes());
        assertThat(files.memoryBytes()).isZero();
        assertThat(files.take()).isEmpty();
    }

    /** Hours without end, as a backfill has them: what is open at a time does not grow with them. */
    @Test
    void manyHoursAreManyFilesOneAfterTheOther() throws Exception {
        SortedFiles<ReceivedClick> files = clicks();
        int hours = 100;
        for (int hour = 0; hour < hours; hour++) {
            files.add(received("e" + hour, "ada", hour * HOUR));
        }
        files.write(1);
        assertThat(files.take()).hasSize(hours).extracting(LakeFile::location).doesNotHaveDuplicates();
    }

    @Test
    void hugeRecordsAreCountedAndKeepTheirBytes() throws Exception {
        byte[] huge = new byte[16 << 20];
        huge[huge.length - 1] = 7;
        var position = new SourcePosition("clicks", 3, 7, HOUR);
        var files = new SortedFiles<>(LakeDataset.rejected(), root(), LINEAGE, "w", storage);
        files.add(new Rejected(Reason.TOO_LARGE, "why", position, null, null, huge));
        assertThat(files.memoryBytes()).isGreaterThan(huge.length);
        files.write(1);
        LakeFile file = files.take().get(0);
        WrittenLake.show(file, storage);
        assertThat(query(file, "octet_length(raw_value) || ' ' || hex(raw_value[-1:])"))
                .containsExactly(huge.length + " 07");
    }

    @Test
    void aFileThatCannotBeWrittenIsNotTold() throws Exception {
        Files.writeString(folder.resolve("clicks"), "no folder");
        SortedFiles<ReceivedClick> files = clicks();
        files.add(received("a", "bob", 0));
        assertThatThrownBy(() -> files.write(1)).isInstanceOf(IOException.class);
        assertThat(files.take()).isEmpty();
    }

    private SortedFiles<ReceivedClick> clicks() {
        return new SortedFiles<>(LakeDataset.clicks(), root(), LINEAGE, "w", storage);
    }

    private String root() {
        return folder.toUri().toString().replaceFirst("/$", "");
    }

    private static String name(int number) {
        return EpochFile.of("clicks", 7, LINEAGE, "w-" + number).fileName();
    }

    private static ReceivedClick received(String id, String user, long ingestionTimeMillis) {
        return new ReceivedClick(
                click(id, user, "abc".indexOf(id)),
                new SourcePosition("clicks", 3, 7, ingestionTimeMillis),
                null,
                new byte[0]);
    }

    /** As readers of the folder see it. */
    private List<Path> visible() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".parquet")
                            && !file.getFileName().toString().startsWith("."))
                    .toList();
        }
    }

    private static List<String> eventIds(LakeFile file) throws Exception {
        return query(file, "event_id");
    }

    private static List<String> query(LakeFile file, String expression) throws Exception {
        List<String> results = new ArrayList<>();
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement();
                var rows = statement.executeQuery("SELECT %s FROM '%s'"
                        .formatted(expression, file.location().replaceFirst("^file:/*", "/")))) {
            while (rows.next()) {
                results.add(rows.getString(1));
            }
        }
        return results;
    }
}

package io.openclickstream.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.schemas.lake.LakeColumn;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakeProgress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A click must not be counted twice: what is refused, and from which millisecond on it is not. */
class BackfillBorderTest {
    private static final String LINEAGE = "6f2b0c0e-0a57-4a9e-9a39-2f7b5b1f7e01";
    private static final String OTHER = "0d0f3c52-77c1-4d3a-8f0e-5d0a3b3c9a11";
    private static final Duration LATENESS = Duration.ofMinutes(5);
    private static final Instant BORDER = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant LATER = BORDER.plus(Duration.ofHours(2));
    private static final LakeTable CLICKS = new LakeTable(
            "clicks",
            "clicks",
            new Schema(
                    Types.NestedField.required(4, "event_time", Types.TimestampType.withZone()),
                    Types.NestedField.required(7, LakeTable.INGESTION_TIME, Types.TimestampType.withZone())),
            List.of());

    private LakeCatalog catalog;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        catalog = LakeCatalog.open(LakeSettings.embedded(folder.toUri().toString(), S3Access.DEFAULT));
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void aLakeWithoutAJobIsRefused() throws Exception {
        assertThat(objections(null, BORDER)).singleElement().asString().contains("no epoch of a job");
        catalog.loadOrCreate(CLICKS);
        assertThat(objections(null, BORDER)).singleElement().asString().contains("no epoch of a job");
    }

    @Test
    void clicksOfTheJobMayLieAtTheBorderAndNotBefore() throws Exception {
        commit("first", LINEAGE, 1, BORDER, BORDER, LATER);
        assertThat(objections(null, BORDER)).isEmpty();
        assertThat(objections(null, BORDER.plusMillis(1)))
                .singleElement()
                .asString()
                .contains("1 of its files", "the earliest of " + BORDER);
        commit("second", LINEAGE, 2, BORDER.minusMillis(1), BORDER, LATER);
        assertThat(objections(null, BORDER)).hasSize(1);
    }

    @Test
    void aSpanBetweenClicksOfTheJobIsFree() throws Exception {
        commit("first", LINEAGE, 1, BORDER.minusSeconds(900), BORDER.minusSeconds(600), LATER);
        commit("first", LINEAGE, 2, BORDER, BORDER.plusSeconds(60), LATER);
        Instant from = BORDER.minusSeconds(600).plusMillis(1);
        assertThat(objections(from, BORDER)).isEmpty();
        assertThat(objections(from.minusMillis(1), BORDER)).hasSize(1);
    }

    @Test
    void asLongAsTheJobMayAcceptClicksOfThatTimeItIsRefused() throws Exception {
        commit("first", LINEAGE, 1, BORDER, BORDER, BORDER.plus(LATENESS).minusMillis(1));
        assertThat(objections(null, BORDER))
                .singleElement()
                .asString()
                .contains("may still accept", "PT5M behind", "has passed " + BORDER.plus(LATENESS));
        commit("first", LINEAGE, 2, BORDER, BORDER, BORDER.plus(LATENESS));
        assertThat(objections(null, BORDER)).isEmpty();
    }

    @Test
    void aJobThatBeginsAnewOrGoesBackMayAcceptThemAgain() throws Exception {
        commit("first", LINEAGE, 1, BORDER, BORDER, LATER);
        new LakeCommitter(catalog, List.of(CLICKS), "second").open(OTHER, 0);
        assertThat(objections(null, BORDER)).singleElement().asString().contains("begun anew or gone back");
        commit("second", OTHER, 1, LATER, LATER, BORDER);
        assertThat(objections(null, BORDER)).singleElement().asString().contains("complete through " + BORDER);
        commit("second", OTHER, 2, LATER, LATER, LATER);
        assertThat(objections(null, BORDER)).isEmpty();
    }

    @Test
    void aFileThatDoesNotSayIsTakenForOneOfThatTime() throws Exception {
        commit("first", LINEAGE, 1, null, null, LATER);
        assertThat(objections(null, BORDER)).singleElement().asString().contains("or may have");
    }

    @Test
    void clicksOfBackfillsAreNotTheJobsAndTheirTimeIsTaken() throws Exception {
        commit("first", LINEAGE, 1, BORDER, BORDER, LATER);
        var earlier = new Backfill("earlier", "a file", null, BORDER.minusSeconds(60));
        new LakeBackfill(catalog, List.of(CLICKS), earlier).begin("r1");
        catalog.load("clicks")
                .orElseThrow()
                .newAppend()
                .appendFile(LakeCommitter.dataFile(
                        catalog.load("clicks").orElseThrow(),
                        file(earlier.lineage(), 1, BORDER.minusSeconds(90), BORDER.minusSeconds(80))))
                .commit();
        assertThat(objections(BORDER.minusSeconds(60), BORDER)).isEmpty();
        assertThat(objections(BORDER.minusSeconds(61), BORDER))
                .singleElement()
                .asString()
                .contains("The backfill earlier");
        assertThat(new BackfillBorder(catalog, earlier, "archive", LATENESS).objections())
                .isEmpty();
    }

    @Test
    void theJobsOwnTopicIsRefused() throws Exception {
        commit("first", LINEAGE, 1, BORDER, BORDER, LATER);
        var backfill = new Backfill("history", "a range", null, BORDER);
        assertThat(new BackfillBorder(catalog, backfill, "clicks", LATENESS).objections())
                .singleElement()
                .asString()
                .contains("reads the topic clicks itself");
    }

    private List<String> objections(@Nullable Instant from, Instant until) {
        return new BackfillBorder(catalog, new Backfill("history", "a file", from, until), null, LATENESS).objections();
    }

    private void commit(
            String submission,
            String lineage,
            long epoch,
            @Nullable Instant first,
            @Nullable Instant last,
            Instant completeThrough)
            throws Exception {
        LakeCommitter job = new LakeCommitter(catalog, List.of(CLICKS), submission);
        job.open(lineage, epoch - 1);
        job.commit(
                new LakeEpoch(
                        lineage,
                        epoch,
                        Map.of("clicks", List.of(file(lineage, epoch, first, last))),
                        List.of(new LakeProgress("clicks", 0, epoch, completeThrough.toEpochMilli()))),
                unused -> {});
        job.close();
    }

    private LakeFile file(String lineage, long epoch, @Nullable Instant first, @Nullable Instant last) {
        String location = catalog.settings()
                .location("clicks/ingestion_hour=1970-01-01-00/"
                        + EpochFile.of("clicks", epoch, lineage, "0").fileName());
        var eventTime = new LakeColumn(4, 8, 1, 0, bound(first), bound(last));
        return new LakeFile("clicks", location, 0, 1, 100, List.of(eventTime), new byte[0], 1);
    }

    private static byte @Nullable [] bound(@Nullable Instant time) {
        return time == null
                ? null
                : ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(time.toEpochMilli() * 1_000)
                        .array();
    }
}

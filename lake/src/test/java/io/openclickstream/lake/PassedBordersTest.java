package io.openclickstream.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job goes on from an epoch beside a backfill: from which millisecond on it may, and what it is told otherwise. */
class PassedBordersTest {
    private static final String LINEAGE = "6f2b0c0e-0a57-4a9e-9a39-2f7b5b1f7e01";
    private static final String OTHER = "0d0f3c52-77c1-4d3a-8f0e-5d0a3b3c9a11";
    private static final Duration LATENESS = Duration.ofMinutes(5);
    private static final Instant BORDER = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant NEEDED = BORDER.plus(LATENESS);
    private static final Backfill YEAR = new Backfill("year", "a file", null, BORDER);
    private static final int COMPLETE_THROUGH = 8;
    private static final LakeTable CLICKS = table("clicks", "event_time", 4);
    private static final LakeTable LEDGER = table("ledger", "complete_through", COMPLETE_THROUGH);
    private static final List<LakeTable> TABLES = List.of(CLICKS, LEDGER);

    private LakeCatalog catalog;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        catalog = LakeCatalog.open(LakeSettings.embedded(folder.toUri().toString(), S3Access.DEFAULT));
        commit("first", LINEAGE, 1, BORDER);
        commit("first", LINEAGE, 2, NEEDED.minusMillis(1));
        commit("first", LINEAGE, 4, NEEDED);
        commit("first", LINEAGE, 5, NEEDED.plusSeconds(60));
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void withoutABackfillItMayGoBackAnywhere() {
        assertMayGoOnFrom(0, LATENESS);
        assertMayGoOnFrom(1, LATENESS);
    }

    @Test
    void fromTheEpochOnAtWhichItHadPassedTheBorderItMay() throws Exception {
        add();
        for (long epoch : List.of(4L, 5L, 6L)) {
            assertMayGoOnFrom(epoch, LATENESS);
        }
    }

    @Test
    void fromOneBeforeItMayNotAndIsToldWhatToDo() throws Exception {
        add();
        for (long epoch : List.of(2L, 3L)) {
            assertThatThrownBy(from(epoch, LATENESS))
                    .isInstanceOf(LakeRefusedException.class)
                    .hasMessageContaining(
                            "cannot go on from epoch %d: event time was complete through %s",
                            epoch, NEEDED.minusMillis(1))
                    .hasMessageContaining("from before %s once more, which the backfill year has brought", BORDER)
                    .hasMessageContaining("Start from a savepoint of epoch 4 or later")
                    .hasMessageContaining("./clickstream backfill --name year --withdraw")
                    .hasMessageContaining("once event time is complete through " + NEEDED);
        }
        assertThatThrownBy(from(0, LATENESS)).hasMessageContaining("complete through no time that is known");
    }

    @Test
    void aJobThatIsToldToAcceptLaterClicksHasNotPassedItAnyMore() throws Exception {
        add();
        assertMayGoOnFrom(5, LATENESS.plusSeconds(60));
        assertThatThrownBy(from(5, LATENESS.plusSeconds(60).plusMillis(1)))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContaining("Start from a later savepoint, or take");
    }

    @Test
    void alsoWhereTheBackfillHasOnlyBegunAndNotAfterItWasTakenOut() throws Exception {
        LakeBackfill backfill = new LakeBackfill(catalog, TABLES, YEAR);
        backfill.begin("r1");
        assertThatThrownBy(from(1, LATENESS)).isInstanceOf(LakeRefusedException.class);
        backfill.withdrawIfNothingIsCommitted();
        assertMayGoOnFrom(1, LATENESS);
        assertThat(backfill.state()).isEqualTo(LakeBackfill.State.ABSENT);
    }

    @Test
    void rowsThatAreInTheLakeAreNotTakenOutByTheWay() throws Exception {
        LakeBackfill backfill = add();
        backfill.withdrawIfNothingIsCommitted();
        assertThat(backfill.state()).isEqualTo(LakeBackfill.State.WHOLE);
    }

    /** It starts without state, so whoever starts it means to read again what the topic has. */
    @Test
    void anotherLineageIsNotHeldToIt() throws Exception {
        add();
        commit("second", OTHER, 1, BORDER.minusSeconds(60));
        assertThatCode(() -> new PassedBorders(catalog, LATENESS).require(OTHER, 1))
                .doesNotThrowAnyException();
        assertThatThrownBy(from(1, LATENESS)).isInstanceOf(LakeRefusedException.class);
    }

    private LakeBackfill add() throws Exception {
        LakeBackfill backfill = new LakeBackfill(catalog, TABLES, YEAR);
        backfill.begin("r1");
        try (LakeCatalog computed =
                LakeCatalog.open(LakeSettings.embedded(catalog.settings().root() + "/computed", S3Access.DEFAULT))) {
            backfill.commit("r1", computed);
        }
        return backfill;
    }

    private void assertMayGoOnFrom(long epoch, Duration lateness) {
        assertThatCode(from(epoch, lateness)).as("epoch %d", epoch).doesNotThrowAnyException();
    }

    private ThrowingCallable from(long epoch, Duration lateness) {
        return () -> new PassedBorders(catalog, lateness).require(LINEAGE, epoch);
    }

    private void commit(String submission, String lineage, long epoch, Instant completeThrough) throws Exception {
        LakeCommitter job = new LakeCommitter(catalog, TABLES, submission);
        job.open(lineage, epoch - 1);
        job.commit(
                new LakeEpoch(
                        lineage,
                        epoch,
                        Map.of("ledger", List.of(file(lineage, epoch, completeThrough))),
                        List.of(new LakeProgress("clicks", 0, epoch, completeThrough.toEpochMilli()))),
                unused -> {});
        job.close();
    }

    private LakeFile file(String lineage, long epoch, Instant completeThrough) {
        String location = catalog.settings()
                .location("ledger/ingestion_hour=1970-01-01-00/"
                        + EpochFile.of("ledger", epoch, lineage, "0").fileName());
        byte[] bound = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(completeThrough.toEpochMilli() * 1_000)
                .array();
        var column = new LakeColumn(COMPLETE_THROUGH, 8, 1, 0, bound, bound);
        return new LakeFile("ledger", location, 0, 1, 100, List.of(column), new byte[0], 1);
    }

    private static LakeTable table(String name, String time, int fieldId) {
        return new LakeTable(
                name,
                name,
                new Schema(
                        Types.NestedField.required(fieldId, time, Types.TimestampType.withZone()),
                        Types.NestedField.required(7, LakeTable.INGESTION_TIME, Types.TimestampType.withZone())),
                List.of());
    }
}

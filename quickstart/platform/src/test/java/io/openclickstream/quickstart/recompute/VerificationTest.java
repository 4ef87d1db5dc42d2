package io.openclickstream.quickstart.recompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small lakes written by DuckDB: the lake and what was recomputed. Event time is complete through second 100. */
class VerificationTest {
    private static final String SESSIONS = "(session_id, site_id, user_id, end_time, clicks, revision)";
    private static final String WINDOWS = "(window_start, window_end, page, clicks)";
    private static final String LEDGER =
            "(epoch, kafka_topic, kafka_partition, from_offset, to_offset, received, accepted, duplicate, late, malformed, future, filtered, complete_through, is_drained)";
    private static final String CLICKS = "(kafka_topic, kafka_partition, kafka_offset, page)";
    private static final String CLICKS_OF = "(kafka_topic, kafka_partition, kafka_offset, site_id, user_id)";
    private static final String REJECTED = "(kafka_topic, kafka_partition, kafka_offset, outcome)";

    @TempDir
    Path folder;

    @Test
    void whatIsTheSameButForItsHistoryIsEqual() throws Exception {
        write("lake", "sessions", SESSIONS, session("a", 80, 3, 7), session("open", 96, 1, 1));
        write("again", "sessions", SESSIONS, session("a", 80, 3, 2), session("other", 97, 1, 1));
        write("lake", "metrics/pages", WINDOWS, window(60, 90, "/a", 3), window(60, 91, "/late", 1));
        write("again", "metrics/pages", WINDOWS, window(60, 90, "/a", 3));
        VerifyReport report = verify();
        assertThat(report.isEqual()).isTrue();
        assertThat(result(report, "sessions")).isEqualTo(new DatasetResult("sessions", 1, 0, 0, 0, 2, List.of()));
        assertThat(result(report, "metrics/pages"))
                .isEqualTo(new DatasetResult("metrics/pages", 1, 0, 0, 0, 1, List.of()));
        assertThat(report.lines())
                .contains("As of epoch   4: final is what was complete by 1970-01-01T00:01:40Z")
                .last()
                .isEqualTo("Equal: all 2 rows that were final are the same in the lake and recomputed.");
    }

    @Test
    void rowsThatDifferAreShownSideBySide() throws Exception {
        write(
                "lake",
                "sessions",
                SESSIONS,
                session("a", 80, 3, 1),
                session("b", 70, 2, 1),
                session("lost", 60, 1, 1),
                session("twice", 50, 1, 1),
                session("twice", 50, 1, 1));
        write(
                "again",
                "sessions",
                SESSIONS,
                session("a", 80, 4, 1),
                session("b", 70, 2, 1),
                session("new", 60, 1, 1),
                session("twice", 50, 1, 1));
        VerifyReport report = verify();
        DatasetResult sessions = result(report, "sessions");
        assertThat(report.isEqual()).isFalse();
        assertThat(sessions.equal()).isEqualTo(2);
        assertThat(sessions.different()).isEqualTo(1);
        assertThat(sessions.onlyInLake()).isEqualTo(2);
        assertThat(sessions.onlyRecomputed()).isEqualTo(1);
        assertThat(sessions.first()).hasSize(3).first().satisfies(difference -> {
            assertThat(difference.key()).isEqualTo(Map.of("site_id", "shop", "user_id", "ada", "session_id", "a"));
            assertThat(difference.lake()).isEqualTo(Map.of("clicks", "3"));
            assertThat(difference.recomputed()).isEqualTo(Map.of("clicks", "4"));
        });
        assertThat(report.lines())
                .containsSequence(
                        "sessions: the first 3 of 4 rows that differ",
                        "  session_id=a site_id=shop user_id=ada",
                        "    clicks: lake 3, recomputed 4",
                        "  session_id=lost site_id=shop user_id=ada",
                        "    missing in the recomputation: end_time=1970-01-01 00:01:00+00 clicks=1",
                        "  session_id=new site_id=shop user_id=ada",
                        "    missing in the lake: end_time=1970-01-01 00:01:00+00 clicks=1")
                .last()
                .isEqualTo("Different: 4 rows differ.");
    }

    @Test
    void metricsThatOneSideDoesNotHaveAreTold() throws Exception {
        write("again", "metrics/pages", WINDOWS, window(0, 30, "/a", 3), window(30, 60, "/a", 1));
        write("lake", "metrics/pages", WINDOWS, window(30, 60, "/a", 1));
        write("lake", "metrics/gone", WINDOWS, window(30, 60, "/a", 1));
        VerifyReport report = verify();
        assertThat(result(report, "metrics/pages").onlyRecomputed()).isEqualTo(1);
        assertThat(result(report, "metrics/gone").onlyInLake()).isEqualTo(1);
        assertThat(report.notes())
                .containsExactly(
                        "metrics/gone: the recomputation's catalog does not have this metric. Give the catalog that the job had, with --pipeline metrics.catalog=FOLDER.",
                        "metrics/pages: 1 of the rows that only the recomputation has lie in or before the lake's first window of this metric; it may have been added then.");
    }

    @Test
    void aLakeThatLostAFileIsTold() throws Exception {
        write("lake", "ledger", LEDGER, step(4, 0, 3, 3, 2, 0, 1, 0, 100, false));
        write("lake", "clicks", CLICKS, "('clicks', 0, 0, '/a')");
        write("again", "clicks", CLICKS, "('clicks', 0, 0, '/a')");
        assertThat(verify().ledger())
                .containsExactly(
                        "clicks, partition 0: the ledger counts 2 accepted, the lake's dataset clicks holds 1",
                        "clicks, partition 0: the ledger counts 1 late, the lake's dataset rejected holds 0");
        assertThat(verify().isEqual()).isFalse();
    }

    @Test
    void whatIsCoveredStandsInTheLedger() throws Exception {
        write(
                "lake",
                "ledger",
                LEDGER,
                step(2, 0, 5, 5, 5, 0, 0, 0, 50, true),
                step(3, 5, 7, 2, 2, 0, 0, 0, 40, false),
                step(4, 7, 7, 0, 0, 0, 0, 0, 70, true));
        Covered covered = covered();
        assertThat(covered).isEqualTo(new Covered(4, 70_000, true, List.of(2L), Map.of("0.clicks", 7L)));
        covered.writeTo(folder, ClicksFrom.KAFKA, folder.resolve("lake"));
        assertThat(Covered.readFrom(folder)).isEqualTo(covered);
        assertThat(Covered.sourceOf(folder)).isEqualTo(ClicksFrom.KAFKA);
    }

    /** The ledger has a row of epoch 5, and the sessions do not: so does whoever looks while it is committed. */
    @Test
    void anEpochThatSomeTableDoesNotHaveIsNotCovered() throws Exception {
        String lineage = CommittedLake.LINEAGE;
        writeFile(
                "lake/ledger/ledger-e4-%s-x.parquet".formatted(lineage),
                LEDGER,
                step(4, 0, 5, 5, 5, 0, 0, 0, 50, false));
        writeFile(
                "lake/ledger/ledger-e5-%s-x.parquet".formatted(lineage),
                LEDGER,
                step(5, 5, 7, 2, 2, 0, 0, 0, 60, true));
        Covered whole = new Covered(5, 60_000, true, List.of(), Map.of("0.clicks", 7L));
        assertThat(covered()).as("of a lake that does not say").isEqualTo(whole);
        try (CommittedLake tables = new CommittedLake(folder.resolve("lake"), "pages")) {
            assertThatThrownBy(this::covered)
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("no table has all rows of an epoch yet");
            tables.commit(lineage, 4);
            tables.commitWithout("sessions", lineage, 5);
            assertThat(covered()).isEqualTo(new Covered(4, 50_000, false, List.of(), Map.of("0.clicks", 5L)));
            tables.commit(lineage, 5);
            assertThat(covered()).isEqualTo(whole);
        }
    }

    /** Its epochs are counted for themselves, and it has ended. */
    @Test
    void whatAnEarlierJobHasWrittenIsCovered() throws Exception {
        writeFile(
                "lake/ledger/ledger-e4-%s-x.parquet".formatted(CommittedLake.LINEAGE),
                LEDGER,
                step(4, 0, 5, 5, 5, 0, 0, 0, 50, false));
        try (CommittedLake tables = new CommittedLake(folder.resolve("lake"), "pages")) {
            tables.commit(CommittedLake.LINEAGE, 4);
            tables.start("second", CommittedLake.OTHER_LINEAGE, 0, "pages");
            assertThat(covered().nextOffsets()).containsEntry("0.clicks", 5L);
        }
    }

    /** Offsets 0 to 5 are whole, so 4 and 5 were duplicates. Of 6 to 8 a click is lost, so 7 and 8 may be anything. */
    @Test
    void duplicatesAreWhatIsLeftOfAStepThatIsWhole() throws Exception {
        write(
                "lake",
                "ledger",
                LEDGER,
                step(1, 0, 6, 6, 1, 2, 1, 1, 50, false),
                step(2, 6, 9, 3, 2, 1, 0, 0, 60, false));
        write("lake", "clicks", CLICKS, "('clicks', 0, 0, '/a')", "('clicks', 0, 6, '/a')");
        write(
                "lake",
                "rejected",
                REJECTED,
                "('clicks', 0, 1, 'LATE')",
                "('clicks', 0, 2, 'FILTERED')",
                "('clicks', 0, 3, 'MALFORMED')",
                "('clicks', 0, 20, 'LATE')");
        Path file = folder.resolve("not-counted.csv");
        try (LakeReader reader = LakeReader.open()) {
            new LedgerCheck(reader, folder.resolve("lake")).writeNotCounted(covered(), file);
        }
        assertThat(file).hasContent("clicks,0,1\nclicks,0,2\nclicks,0,4\nclicks,0,5\n");
    }

    @Test
    void lakesThatCannotBeComparedAreRefused() throws Exception {
        Files.createDirectories(folder.resolve("lake/ledger"));
        assertThatThrownBy(this::covered)
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("is empty");
        write("lake", "ledger", "(epoch, kafka_topic, kafka_partition, to_offset)", "(1, 'clicks', 0, 5)");
        assertThatThrownBy(this::covered).hasMessageContaining("an older version wrote it");
        write(
                "lake",
                "ledger",
                LEDGER,
                step(1, 0, 6, 6, 6, 0, 0, 0, 50, false),
                step(2, 0, 9, 9, 9, 0, 0, 0, 60, false));
        assertThatThrownBy(this::covered).hasMessageContaining("has read parts of clicks, partition 0, more than once");
        assertThatThrownBy(() -> new Verification(folder.resolve("lake"), folder.resolve("lake"), 1).run())
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("holds no finished recomputation");
    }

    @Test
    void whatWasErasedOnPurposeIsNoDifference() throws Exception {
        write("lake", "ledger", LEDGER, step(4, 0, 5, 5, 3, 0, 1, 1, 100, false));
        write("lake", "clicks", CLICKS_OF, "('clicks', 0, 0, 'shop', 'ben')");
        write(
                "again",
                "clicks",
                CLICKS_OF,
                "('clicks', 0, 0, 'shop', 'ben')",
                "('clicks', 0, 1, 'shop', 'ada')",
                "('clicks', 0, 2, 'shop', 'ada')");
        write("again", "sessions", SESSIONS, session("a", 80, 3, 7));
        write("lake", "metrics/pages", WINDOWS, window(0, 60, "/a", 3), window(3600, 3660, "/a", 1));
        write("again", "metrics/pages", WINDOWS, window(0, 60, "/a", 1), window(3600, 3660, "/a", 2));
        VerifyReport unexplained = verify();
        assertThat(unexplained.ledger()).hasSize(3);
        assertThat(result(unexplained, "clicks").onlyRecomputed()).isEqualTo(2);
        assertThat(result(unexplained, "metrics/pages").differences()).isEqualTo(1);

        erasure(1, "{'number':1,'persons':['ff5c67d51c6c985181aa3a17d18c8c59']}");
        erasure(2, "{'number':2,'persons':[],'rows':{'clicks':2},'hours':['1970-01-01T00:00:00Z']}");
        assertThat(verify().ledger()).hasSize(2).allMatch(line -> line.contains("dataset rejected holds 0"));
        erasure(3, "{'number':3,'persons':[],'rows':{'rejected':2,'sessions':1},'hours':[]}");
        VerifyReport report = verify();
        assertThat(report.isEqual()).isTrue();
        assertThat(result(report, "clicks")).isEqualTo(new DatasetResult("clicks", 1, 0, 0, 0, 2, List.of()));
        assertThat(result(report, "sessions")).isEqualTo(new DatasetResult("sessions", 0, 0, 0, 0, 1, List.of()));
        assertThat(result(report, "metrics/pages"))
                .as("the window of the hour, on both sides, and what is not final")
                .isEqualTo(new DatasetResult("metrics/pages", 0, 0, 0, 0, 4, List.of()));
        assertThat(report.notes())
                .first()
                .asString()
                .startsWith("1 persons were erased")
                .contains("clicks=2");

        write("lake", "clicks", CLICKS_OF, "('clicks', 0, 9, 'shop', 'ben')");
        assertThat(verify().ledger())
                .as("one more is gone than was erased")
                .containsExactly(
                        "clicks, partition 0: the ledger counts 3 accepted, the lake's dataset clicks holds 0");
        assertThat(result(verify(), "clicks").onlyRecomputed()).isEqualTo(1);
    }

    @Test
    void aWindowThatOnlyTouchesAnHourOfAnErasureIsCompared() throws Exception {
        erasure(1, "{'number':1,'persons':[],'rows':{'clicks':2},'hours':['1969-12-31T23:00:00Z']}");
        write("lake", "metrics/pages", WINDOWS, window(0, 60, "/a", 3));
        write("again", "metrics/pages", WINDOWS, window(0, 60, "/a", 4));
        assertThat(result(verify(), "metrics/pages").different()).isEqualTo(1);
    }

    @Test
    void refusedRecordsAreLeftOutOnlyIfNoMoreAreMissingThanWereErased() {
        var result = new DatasetResult("rejected", 5, 0, 0, 2, 1, List.of());
        assertThat(result.withoutErased(2)).isEqualTo(new DatasetResult("rejected", 5, 0, 0, 0, 3, List.of()));
        assertThat(result.withoutErased(1)).isEqualTo(result);
    }

    private void erasure(int number, String json) throws Exception {
        Path list = Files.createDirectories(folder.resolve("lake/erasures"));
        Files.writeString(list.resolve("%012d.json".formatted(number)), json.replace('\'', '"'));
    }

    private Covered covered() throws Exception {
        try (LakeReader reader = LakeReader.open()) {
            return Covered.read(reader, folder.resolve("lake"));
        }
    }

    private VerifyReport verify() throws Exception {
        Path lake = folder.resolve("lake");
        Path again = folder.resolve("again");
        if (!LakeReader.has(lake, "ledger")) {
            write("lake", "ledger", LEDGER, step(4, 0, 0, 0, 0, 0, 0, 0, 100, false));
        }
        covered().writeTo(Files.createDirectories(again), ClicksFrom.LAKE, lake);
        Properties finality = new Properties();
        finality.setProperty("sessions.final-after", "5000");
        finality.setProperty("metrics.pages.final-after", "10000");
        finality.setProperty("metrics.pages.key", "window_start,page");
        try (var file = Files.newBufferedWriter(again.resolve("finality.properties"))) {
            finality.store(file, null);
        }
        return new Verification(lake, again, 3).run();
    }

    private static DatasetResult result(VerifyReport report, String dataset) {
        return report.datasets().stream()
                .filter(each -> each.dataset().equals(dataset))
                .findAny()
                .orElseThrow();
    }

    private static String session(String id, int endSecond, long clicks, long revision) {
        return "('%s', 'shop', 'ada', to_timestamp(%d), %d, %d)".formatted(id, endSecond, clicks, revision);
    }

    private static String window(int startSecond, int endSecond, String page, long clicks) {
        return "(to_timestamp(%d), to_timestamp(%d), '%s', %d)".formatted(startSecond, endSecond, page, clicks);
    }

    /** The rest of what was received was malformed. */
    private static String step(
            int epoch,
            long from,
            long to,
            long received,
            long accepted,
            long duplicate,
            long late,
            long filtered,
            int completeSecond,
            boolean isDrained) {
        return "(%d, 'clicks', 0, %d, %d, %d, %d, %d, %d, %d, 0, %d, to_timestamp(%d), %s)"
                .formatted(
                        epoch,
                        from,
                        to,
                        received,
                        accepted,
                        duplicate,
                        late,
                        received - accepted - duplicate - late - filtered,
                        filtered,
                        completeSecond,
                        isDrained);
    }

    private void write(String lake, String dataset, String columns, String... rows) throws Exception {
        writeFile(lake + "/" + dataset + "/rows.parquet", columns, rows);
    }

    private void writeFile(String file, String columns, String... rows) throws Exception {
        Path target = folder.resolve(file);
        Files.createDirectories(target.getParent());
        try (LakeReader reader = LakeReader.open()) {
            reader.run("COPY (FROM (VALUES %s) AS held %s) TO %s (FORMAT parquet)"
                    .formatted(String.join(", ", rows), columns, LakeReader.text(target.toString())));
        }
    }
}

package io.openclickstream.maintenance;

import static io.openclickstream.maintenance.TestLake.CLICKS;
import static io.openclickstream.maintenance.TestLake.LINEAGE;
import static io.openclickstream.maintenance.TestLake.REJECTED;
import static io.openclickstream.maintenance.TestLake.SESSIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.openclickstream.lake.Backfill;
import io.openclickstream.lake.EpochFile;
import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.LakeBackfill;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeRefusedException;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.LakeTable;
import io.openclickstream.lake.RacedStorage;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.schemas.SchemaText;
import io.openclickstream.schemas.lake.BackfillLineage;
import io.openclickstream.schemas.lake.LakeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.data.Record;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaintenanceTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Care CARE =
            new Care(128 << 20, HOUR, 3, Duration.ofHours(2), Duration.ofDays(7), Duration.ofDays(3));

    @TempDir
    Path folder;

    private TestLake lake;
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void makeLake() throws Exception {
        lake = newLake("lake");
    }

    private TestLake newLake(String name) throws Exception {
        var settings = LakeSettings.embedded("file:" + folder.resolve(name), S3Access.DEFAULT);
        return new TestLake(settings, folder.resolve(name + "-local"), CLICKS, SESSIONS, REJECTED);
    }

    @AfterEach
    void closeLake() {
        lake.close();
    }

    private void maintain(Instant now) throws Exception {
        new Maintenance(lake.catalog, CARE, said::add).run(now);
    }

    /** Epochs 1 to 6, each with clicks of an hour that is over and of the one that runs. */
    private static void writeEpochs(TestLake to) throws Exception {
        for (int epoch = 1; epoch <= 6; epoch++) {
            long old = to.hoursAgo(4);
            long running = to.hoursAgo(0);
            to.commit(
                    epoch,
                    Map.of(
                            CLICKS,
                            List.of(
                                    to.file(
                                            LINEAGE,
                                            epoch,
                                            old,
                                            CLICKS,
                                            List.of(to.click("zoe", old, epoch), to.click("ada", old, 10 + epoch))),
                                    to.file(LINEAGE, epoch, running, CLICKS, List.of(to.click("bob", running, epoch)))),
                            SESSIONS,
                            List.of(to.file(LINEAGE, epoch, old, SESSIONS, List.of(to.session("ada", old, epoch)))),
                            REJECTED,
                            List.of(to.file(
                                    LINEAGE,
                                    epoch,
                                    old,
                                    REJECTED,
                                    List.of(to.rejected(TestLake.utf8("{\"user\": \"ada\0" + epoch), old, epoch))))));
        }
    }

    private static Map<LakeTable, List<String>> all(TestLake of) throws Exception {
        return Map.of(CLICKS, of.rows(CLICKS), SESSIONS, of.rows(SESSIONS), REJECTED, of.rows(REJECTED));
    }

    private static Map<LakeTable, List<String>> allByFolder(TestLake of) throws Exception {
        return Map.of(
                CLICKS, of.rowsByFolder(CLICKS),
                SESSIONS, of.rowsByFolder(SESSIONS),
                REJECTED, of.rowsByFolder(REJECTED));
    }

    private String compacted(LakeTable table) throws Exception {
        return lake.locations(table).stream()
                .filter(location -> location.contains("/data/"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anHourThatIsOverBecomesOneFileWithTheSameRows() throws Exception {
        writeEpochs(lake);
        var before = all(lake);
        var byFolder = allByFolder(lake);
        var marks = EpochMark.of(lake.load(CLICKS).properties());

        maintain(lake.start);

        assertThat(all(lake)).isEqualTo(before).isEqualTo(byFolder);
        assertThat(allByFolder(lake)).as("readers by folder see what they saw").isEqualTo(byFolder);
        assertThat(lake.locations(CLICKS))
                .as("one of six, and six of the hour that runs")
                .hasSize(7);
        assertThat(lake.locations(SESSIONS)).hasSize(1);
        assertThat(EpochFile.parse(compacted(CLICKS)).orElseThrow())
                .extracting(EpochFile::table, EpochFile::firstEpoch, EpochFile::lastEpoch, EpochFile::lineage)
                .containsExactly("clicks", 1L, 6L, LINEAGE);
        assertThat(EpochMark.of(lake.load(CLICKS).properties())).isEqualTo(marks);
    }

    @Test
    void aCompactedFileIsAsTheJobWritesThem() throws Exception {
        writeEpochs(lake);
        maintain(lake.start);

        for (var table : Map.of(
                        CLICKS, SchemaText.LAKE_CLICKS,
                        SESSIONS, SchemaText.LAKE_SESSIONS,
                        REJECTED, SchemaText.LAKE_REJECTED)
                .entrySet()) {
            Path file = lake.copy(compacted(table.getKey()), folder);
            try (var reader = ParquetFileReader.open(new LocalInputFile(file))) {
                MessageType written = reader.getFileMetaData().getSchema();
                MessageType wanted =
                        MessageTypeParser.parseMessageType(table.getValue().text());
                assertThat(written.getFields()).isEqualTo(wanted.getFields());
                assertThat(written.getFields())
                        .extracting(org.apache.parquet.schema.Type::getId)
                        .isEqualTo(wanted.getFields().stream()
                                .map(org.apache.parquet.schema.Type::getId)
                                .toList());
            }
        }
        Path clicks = lake.copy(compacted(CLICKS), Files.createDirectory(folder.resolve("clicks")));
        assertThat(TestLake.query("SELECT DISTINCT compression FROM parquet_metadata('%s')".formatted(clicks)))
                .containsExactly("ZSTD|");
        assertThat(TestLake.query(("SELECT string_agg(user_id, ' ' ORDER BY file_row_number) FROM"
                                + " read_parquet('%s', file_row_number = true)")
                        .formatted(clicks)))
                .containsExactly("ada ada ada ada ada ada zoe zoe zoe zoe zoe zoe|");
    }

    /** By the filter alone: the user lies between the first and the last, and no dictionary is looked into. */
    @ParameterizedTest
    @ValueSource(strings = {"clicks", "sessions"})
    void aCompactedFileIsSkippedForAUserWhoIsNotInIt(String name) throws Exception {
        long hour = lake.hoursAgo(4);
        for (int epoch = 1; epoch <= 2; epoch++) {
            List<Record> clicks = new ArrayList<>();
            List<Record> sessions = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                clicks.add(lake.click("user" + i, hour, i));
                sessions.add(lake.session("user" + i, hour, i));
            }
            lake.commit(
                    epoch,
                    Map.of(
                            CLICKS, List.of(lake.file(LINEAGE, epoch, hour, CLICKS, clicks)),
                            SESSIONS, List.of(lake.file(LINEAGE, epoch, hour, SESSIONS, sessions))));
        }
        maintain(lake.start);
        Path file = lake.copy(compacted(name.equals("clicks") ? CLICKS : SESSIONS), folder);

        assertThat(rowsToRead(file, "user77")).as("by Parquet itself").isEqualTo(400);
        assertThat(rowsToRead(file, "user77x")).as("by Parquet itself").isZero();
        for (String user : List.of("user77", "user77x")) {
            assertThat(TestLake.query("SELECT bloom_filter_excludes FROM parquet_bloom_probe('%s', 'user_id', '%s')"
                            .formatted(file, user)))
                    .as("by DuckDB")
                    .containsExactly(user.equals("user77x") + "|");
        }
    }

    private static long rowsToRead(Path file, String user) throws IOException {
        var isUser = FilterApi.eq(FilterApi.binaryColumn("user_id"), Binary.fromString(user));
        var options = ParquetReadOptions.builder()
                .withRecordFilter(FilterCompat.get(isUser))
                .useDictionaryFilter(false)
                .useColumnIndexFilter(false)
                .build();
        try (var reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            return reader.getRowGroups().stream()
                    .mapToLong(BlockMetaData::getRowCount)
                    .sum();
        }
    }

    @Test
    void aManifestSaysOfACompactedFileWhatItHolds() throws Exception {
        writeEpochs(lake);
        maintain(lake.start);

        DataFile file = TableFiles.current(lake.load(CLICKS)).stream()
                .filter(data -> data.location().contains("/data/"))
                .findFirst()
                .orElseThrow();
        int user = CLICKS.schema().findField("user_id").fieldId();
        assertThat(file.recordCount()).isEqualTo(12);
        assertThat(new String(file.lowerBounds().get(user).array(), StandardCharsets.UTF_8))
                .isEqualTo("ada");
        assertThat(new String(file.upperBounds().get(user).array(), StandardCharsets.UTF_8))
                .isEqualTo("zoe");
        assertThat(file.nullValueCounts()
                        .get(CLICKS.schema().findField("amount").fieldId()))
                .isEqualTo(6);
    }

    @Test
    void moreFilesThanAreOpenAtATimeBecomeOne() throws Exception {
        long hour = lake.hoursAgo(4);
        List<LakeFile> files = new ArrayList<>();
        for (int i = 0; i < 2 * SortedRewrite.FAN_IN + 3; i++) {
            files.add(lake.file(LINEAGE, 1, hour, CLICKS, List.of(lake.click("user" + i % 7, hour, i))));
        }
        lake.commit(1, Map.of(CLICKS, files));
        var before = lake.rows(CLICKS);

        maintain(lake.start);

        assertThat(lake.locations(CLICKS)).hasSize(1);
        assertThat(lake.rows(CLICKS)).isEqualTo(before);
    }

    @Test
    void filesStayNearTheTargetAndLineagesApart() throws Exception {
        String other = "6f0c2f0e-4d3a-4f0e-9d55-0a63d2b5a002";
        long hour = lake.hoursAgo(4);
        for (int epoch = 1; epoch <= 4; epoch++) {
            lake.commit(epoch, hour, CLICKS, lake.click("ada", hour, epoch));
        }
        lake.restore(other, 0, "second");
        for (int epoch = 1; epoch <= 2; epoch++) {
            lake.commit(
                    other,
                    epoch,
                    Map.of(
                            CLICKS,
                            List.of(lake.file(other, epoch, hour, CLICKS, List.of(lake.click("bob", hour, epoch))))));
        }
        List<DataFile> files = TableFiles.current(lake.load(CLICKS));
        long bytes = files.stream().mapToLong(DataFile::fileSizeInBytes).max().orElseThrow();
        var layout = new LakeLayout(lake.catalog.settings(), "clicks");
        Care small = new Care(2 * bytes, HOUR, 3, HOUR, HOUR, HOUR);

        List<Compaction> compactions = Compaction.of(layout, files, small, lake.start);

        assertThat(compactions)
                .extracting(compaction -> compaction.output().lineage() + " "
                        + compaction.output().firstEpoch() + "-"
                        + compaction.output().lastEpoch())
                .containsExactlyInAnyOrder(LINEAGE + " 1-2", LINEAGE + " 3-4", other + " 1-2");
    }

    @Test
    void aTableIsReadAsItWasWithinWhatIsKept() throws Exception {
        writeEpochs(lake);
        Map<Long, List<String>> byEpoch = new java.util.TreeMap<>();
        for (Snapshot snapshot : lake.load(CLICKS).snapshots()) {
            byEpoch.put(snapshot.snapshotId(), lake.rows(CLICKS, snapshot.snapshotId()));
        }
        maintain(lake.start);

        for (var snapshot : byEpoch.entrySet()) {
            assertThat(lake.rows(CLICKS, snapshot.getKey())).isEqualTo(snapshot.getValue());
        }
        var rows = lake.rows(CLICKS);
        maintain(Instant.now().plus(CARE.keepFor()).plusSeconds(1)); // compacts what has ended since, too
        maintain(Instant.now().plus(CARE.keepFor()).plusSeconds(2));

        assertThat(lake.load(CLICKS).snapshots()).hasSize(CARE.keepSnapshots());
        assertThat(lake.rows(CLICKS)).isEqualTo(rows).isEqualTo(lake.rowsByFolder(CLICKS));
        for (Snapshot snapshot : lake.load(CLICKS).snapshots()) {
            assertThat(lake.rows(CLICKS, snapshot.snapshotId())).isNotEmpty();
        }
    }

    @Test
    void aDryRunChangesNothingAndSaysWhatTheRunDoes() throws Exception {
        writeEpochs(lake);
        Instant now = Instant.now().plus(CARE.keepFor()).plusSeconds(1);
        var files = lake.listing();

        new Maintenance(lake.catalog, CARE, said::add).dryRun(now);

        assertThat(lake.listing()).isEqualTo(files);
        List<String> promised = List.copyOf(said);
        assertThat(promised).anyMatch(line -> line.startsWith("clicks: compact 6 files"));
        assertThat(promised).anyMatch(line -> line.startsWith("clicks: expire 3 snapshots"));
        said.clear();
        maintain(now);
        assertThat(said).isEqualTo(promised);
        said.clear();
        new Maintenance(lake.catalog, CARE, said::add).dryRun(now);
        assertThat(said).noneMatch(line -> line.contains("compact"));
    }

    @Test
    void theJobsFilesGoOnceTheirRowsAreElsewhereOldestHourFirst() throws Exception {
        writeEpochs(lake);
        var before = all(lake);
        maintain(lake.start);
        Instant late = Instant.now().plus(CARE.keepEpochFiles()).plus(HOUR);

        maintain(late); // compacts the hour that ran, and expires what refers to the files
        assertThat(lake.rowsByFolder(CLICKS))
                .as("a kept snapshot refers to them")
                .isEqualTo(before.get(CLICKS));
        for (int i = 7; i < 7 + CARE.keepSnapshots(); i++) {
            lake.commit(i, Map.of());
        }
        maintain(late);
        maintain(late);

        assertThat(lake.rowsByFolder(CLICKS)).isEmpty();
        assertThat(lake.rowsOfCompacted(CLICKS)).isEqualTo(before.get(CLICKS));
        assertThat(all(lake)).isEqualTo(before);
    }

    /** Adds a click of an hour that is over to every table's backfill, and returns the lineage of its files. */
    private String backfill(String run, boolean isCommitted) throws Exception {
        var year = new Backfill("year", "a file", null, Instant.parse("2020-01-01T00:00:00Z"));
        var added = new LakeBackfill(lake.catalog, List.of(CLICKS, SESSIONS, REJECTED), year);
        try (TestLake computed = newLake("computed-" + run)) {
            computed.restore(year.lineage(), 0, "bounded");
            long old = lake.hoursAgo(4);
            for (int epoch = 1; epoch <= 2; epoch++) {
                List<Record> rows = List.of(computed.click("eve", old, 100 + epoch));
                computed.commit(
                        year.lineage(),
                        epoch,
                        Map.of(CLICKS, List.of(computed.file(year.lineage(), epoch, old, CLICKS, rows))));
            }
            added.begin(run);
            if (isCommitted) {
                added.commit(run, computed.catalog);
            }
        }
        return year.lineage();
    }

    @Test
    void rowsOfABackfillAreCompactedApartAndItsFilesGoWithTheJobs() throws Exception {
        writeEpochs(lake);
        String lineage = backfill("r1", true);
        var before = all(lake);
        assertThat(before.get(CLICKS)).hasSize(20);
        maintain(lake.start);

        assertThat(all(lake)).isEqualTo(before);
        assertThat(lake.locations(CLICKS))
                .extracting(location -> EpochFile.parse(location).orElseThrow())
                .filteredOn(file -> file.lineage().equals(lineage))
                .extracting(EpochFile::firstEpoch, EpochFile::lastEpoch)
                .containsExactly(tuple(1L, 2L));
        Instant late = Instant.now().plus(CARE.keepEpochFiles()).plus(HOUR);
        maintain(late);
        for (int i = 7; i < 7 + CARE.keepSnapshots(); i++) {
            lake.commit(i, Map.of());
        }
        maintain(late);
        maintain(late);
        assertThat(lake.rowsByFolder(CLICKS)).isEmpty();
        assertThat(lake.rowsOfCompacted(CLICKS)).isEqualTo(before.get(CLICKS));
        assertThat(all(lake)).isEqualTo(before);
    }

    @Test
    void ofABackfillOnlyWhatNoRunCanCommitGoes() throws Exception {
        writeEpochs(lake);
        String lineage = backfill("r1", true);
        backfill("r2", false);
        Path hour = folder.resolve("lake/clicks/" + LakeLayout.hourFolder(lake.hoursAgo(4)));
        Path unfinished =
                hour.resolve(EpochFile.of("clicks", 1, lineage, "r2-0").fileName());
        Path replaced = hour.resolve(EpochFile.of("clicks", 1, lineage, "r0-0").fileName());
        String unknown = BackfillLineage.of("withdrawn");
        Path withdrawn = hour.resolve(EpochFile.of("clicks", 1, unknown, "r1-0").fileName());
        Instant old = Instant.now().minus(CARE.orphansOlderThan()).minus(HOUR);
        for (Path file : List.of(unfinished, replaced, withdrawn)) {
            Files.writeString(file, "left over");
            Files.setLastModifiedTime(file, FileTime.from(old));
        }
        var before = lake.rows(CLICKS);
        maintain(lake.start);

        assertThat(unfinished).exists();
        assertThat(List.of(replaced, withdrawn)).noneMatch(Files::exists);
        assertThat(lake.rows(CLICKS)).isEqualTo(before);
        assertThat(lake.files(hour.toUri().toString()))
                .as("files of the committed run, which by folder are still read")
                .filteredOn(location -> location.contains("-r1-"))
                .hasSize(2);
        Files.delete(unfinished);
    }

    @Test
    void theJobsFilesStayWhileTheCompactedOnesHaveCompany() throws Exception {
        writeEpochs(lake);
        maintain(lake.start);
        for (int i = 7; i < 7 + CARE.keepSnapshots(); i++) {
            lake.commit(i, Map.of());
        }
        Instant late = Instant.now().plus(Duration.ofHours(8));
        Care hasty = new Care(1 << 20, HOUR, 1, HOUR, HOUR, Duration.ofDays(30));
        String compacted = compacted(CLICKS);
        Path stray = Path.of(compacted.replace("file:", "").replace("-compacted-", "-stray-"));
        Files.copy(Path.of(compacted.replace("file:", "")), stray);
        new Maintenance(lake.catalog, hasty, said::add).run(late);
        new Maintenance(lake.catalog, hasty, said::add).run(late);

        assertThat(said).anyMatch(line -> line.contains("stay: nobody refers to") && line.contains("stray"));
        assertThat(lake.rowsByFolder(CLICKS)).isNotEmpty();
        assertThat(lake.rowsByFolder(SESSIONS)).isEmpty();
    }

    @Test
    void whatNobodyRefersToGoesAndNothingElse() throws Exception {
        writeEpochs(lake);
        Path root = folder.resolve("lake");
        Path hour = root.resolve("clicks/" + LakeLayout.hourFolder(lake.hoursAgo(4)));
        String dead = "6f0c2f0e-4d3a-4f0e-9d55-0a63d2b5a0ff";
        String uncommitted = EpochFile.of("clicks", 99, LINEAGE, "w").fileName();
        String unknown = EpochFile.of("clicks", 1, dead, "w").fileName();
        List<Path> orphans = List.of(
                hour.resolve(".clicks-e7-" + LINEAGE + "-w.parquet.inprogress." + dead),
                hour.resolve("_clicks-e7-" + LINEAGE + "-w.parquet_tmp_" + dead),
                root.resolve("iceberg/clickstream/clicks/metadata/" + dead + "-m0.avro"),
                root.resolve("iceberg/clickstream/clicks/data/ingestion_hour=2020-01-01-00/lost.parquet"));
        List<Path> kept = List.of(hour.resolve(uncommitted), hour.resolve(unknown), hour.resolve("notes.txt"));
        for (Path file :
                java.util.stream.Stream.concat(orphans.stream(), kept.stream()).toList()) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "left over");
        }
        Instant old = Instant.now().minus(CARE.orphansOlderThan()).minus(HOUR);
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(old));
            }
        }
        Path young = root.resolve("iceberg/clickstream/clicks/metadata/young-m0.avro");
        Files.writeString(young, "being written");
        var before = lake.rows(CLICKS);
        maintain(lake.start);

        assertThat(orphans).noneMatch(Files::exists);
        assertThat(kept).allMatch(Files::exists);
        assertThat(young).exists();
        try (var files = Files.list(root.resolve("iceberg/clickstream/clicks/metadata"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("version-hint.text")
                    .filteredOn(name -> name.startsWith("first-"))
                    .as("its version is long in the log, and the log still holds it")
                    .hasSizeLessThanOrEqualTo(1);
        }
        assertThat(lake.rows(CLICKS)).isEqualTo(before);
        Files.delete(hour.resolve(uncommitted));
    }

    @Test
    void goingBackPastACompactedFileIsRefusedAndAroundItAllowed() throws Exception {
        writeEpochs(lake);
        maintain(lake.start);

        assertThatThrownBy(() -> lake.restore(LINEAGE, 3, "second"))
                .isInstanceOf(LakeRefusedException.class)
                .hasMessageContaining("compaction");
        lake.restore(LINEAGE, 6, "third");
        assertThat(lake.rows(SESSIONS)).hasSize(6);
        lake.restore(LINEAGE, 0, "fourth");
        assertThat(lake.rows(CLICKS)).isEmpty();
        assertThat(lake.rowsByFolder(CLICKS)).isEmpty();
        assertThat(lake.rowsOfCompacted(CLICKS)).isEmpty();
    }

    @Test
    void aJobThatGoesBackInTheMiddleOfItWins() throws Exception {
        writeEpochs(lake);
        var steps = new AtomicBoolean();
        Steps restoring = what -> {
            if (what.equals("commit the compaction of clicks") && steps.compareAndSet(false, true)) {
                try {
                    lake.restore(LINEAGE, 3, "second");
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError("the job does not start", e);
                }
            }
        };

        new Maintenance(lake.catalog, CARE, restoring, said::add).run(lake.start);

        assertThat(said).anyMatch(line -> line.contains("was not compacted"));
        assertThat(lake.rows(CLICKS)).hasSize(9).isEqualTo(lake.rowsByFolder(CLICKS));
        maintain(lake.start);
        assertThat(lake.rows(CLICKS)).hasSize(9).isEqualTo(lake.rowsByFolder(CLICKS));
    }

    @Test
    void aJobThatCommitsAtTheSameTimeIsNotDisturbedNorDisturbs() throws Exception {
        long hour = lake.hoursAgo(4);
        writeEpochs(lake);
        var failure = new java.util.concurrent.atomic.AtomicReference<Exception>();
        Thread job = new Thread(() -> {
            try {
                for (int epoch = 7; epoch <= 40; epoch++) {
                    lake.commit(epoch, hour, CLICKS, lake.click("eve", hour, epoch));
                }
            } catch (Exception e) {
                failure.set(e);
            }
        });
        job.start();
        int rounds = 0;
        while (job.isAlive() || rounds < 2) {
            maintain(Instant.now().plus(CARE.keepFor()));
            rounds++;
        }
        job.join();

        assertThat(failure.get()).isNull();
        assertThat(EpochMark.of(lake.load(CLICKS).properties()).epoch(LINEAGE)).contains(40L);
        assertThat(lake.rows(CLICKS)).hasSize(18 + 34).isEqualTo(lake.rowsByFolder(CLICKS));
        maintain(Instant.now().plus(CARE.keepFor()));
        assertThat(lake.rows(CLICKS)).hasSize(18 + 34).isEqualTo(lake.rowsByFolder(CLICKS));
    }

    @Test
    void maintenanceIsPatientWithAJobThatIsFasterManyTimes() throws Exception {
        writeEpochs(lake);
        long hour = lake.hoursAgo(4);
        int racesLost = 8; // Iceberg gives up after 5
        var toLose = new AtomicInteger();
        var epoch = new AtomicInteger(6);
        List<String> commits = new ArrayList<>();
        RacedStorage.Race race = version -> {
            if (version.contains("/clicks/metadata/v") && toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                int next = epoch.incrementAndGet();
                lake.commit(next, hour, CLICKS, lake.click("eve", hour, next));
            }
        };
        try (LakeCatalog raced = RacedStorage.open(lake.catalog.settings(), race)) {
            Steps loses = step -> {
                if (step.matches("(commit the compaction of|expire snapshots of) clicks")) {
                    commits.add(step);
                    toLose.set(racesLost);
                }
            };
            new Maintenance(raced, CARE, loses, said::add).run(Instant.now().plus(CARE.keepFor()));
        }

        assertThat(commits).contains("commit the compaction of clicks", "expire snapshots of clicks");
        assertThat(epoch).hasValue(6 + racesLost * commits.size());
        assertThat(lake.rows(CLICKS)).hasSize(18 + racesLost * commits.size()).isEqualTo(lake.rowsByFolder(CLICKS));
        assertThat(compacted(CLICKS)).contains("/data/");
    }

    /** Stops the program at one step, and nothing catches it. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void killedBetweenAnyTwoStepsTheNextRunGoesOn() throws Exception {
        boolean isThrough = false;
        int killAt = 0;
        while (!isThrough) {
            killAt++;
            Path root = folder.resolve("killed-" + killAt);
            var settings = LakeSettings.embedded("file:" + root, S3Access.DEFAULT);
            try (TestLake one = new TestLake(settings, folder.resolve("local-" + killAt), CLICKS)) {
                for (int epoch = 1; epoch <= 2; epoch++) {
                    long hour = one.hoursAgo(4);
                    one.commit(epoch, hour, CLICKS, one.click("ada", hour, epoch), one.click("bob", hour, epoch));
                }
                var before = one.rows(CLICKS);
                // So late that what a killed run leaves is an orphan at once, and the job's files may go.
                Instant now = Instant.now().plus(Duration.ofHours(12));
                Care hasty = new Care(1 << 20, HOUR, 1, HOUR, Duration.ofHours(2), Duration.ofHours(11));
                isThrough = !isKilled(one, hasty, killAt, now);
                assertThat(one.rows(CLICKS)).as("killed at step %d", killAt).isEqualTo(before);

                for (int run = 0; run < 3; run++) {
                    new Maintenance(one.catalog, hasty, said::add).run(now);
                    assertThat(one.rows(CLICKS))
                            .as("run %d after step %d", run, killAt)
                            .isEqualTo(before);
                }
                assertThat(one.rowsByFolder(CLICKS)).as("after step %d", killAt).isEmpty();
                assertThat(one.rowsOfCompacted(CLICKS))
                        .as("after step %d", killAt)
                        .isEqualTo(before);
                var left = one.listing();
                new Maintenance(one.catalog, hasty, said::add).run(now);
                assertThat(one.listing()).as("there is an end to it").isEqualTo(left);
            }
        }
        assertThat(killAt).isGreaterThan(10);
    }

    private static boolean isKilled(TestLake one, Care care, int killAt, Instant now) throws Exception {
        var step = new AtomicInteger();
        Steps killing = what -> {
            if (step.incrementAndGet() == killAt) {
                throw new Killed();
            }
        };
        try {
            for (int run = 0; run < 3; run++) {
                new Maintenance(one.catalog, care, killing, line -> {}).run(now);
            }
            return false;
        } catch (Killed e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNewColumnIsReadAcrossOldAndNewFiles(boolean isCompacted) throws Exception {
        writeEpochs(lake);
        String more =
                SchemaText.LAKE_REJECTED.text().replaceFirst("}\\s*$", "  optional binary note (STRING) = 11;\n}\n");
        LakeTable wider = TestLake.table("rejected", more, "kafka_topic", "kafka_partition", "kafka_offset");
        long hour = lake.hoursAgo(4);
        try (TestLake next = new TestLake(lake.catalog.settings(), folder.resolve("next"), 6, "second", wider)) {
            Record row = org.apache.iceberg.data.GenericRecord.create(wider.schema());
            Record old = next.rejected(TestLake.utf8("x"), hour, 99);
            REJECTED.schema().columns().forEach(column -> row.setField(column.name(), old.getField(column.name())));
            row.setField("note", "new");
            next.commit(7, hour, wider, row);
            if (isCompacted) {
                new Maintenance(next.catalog, CARE, said::add).run(next.start);
                assertThat(next.locations(wider)).hasSize(1);
            }
            assertThat(next.load(wider).schema().findField("note").fieldId()).isEqualTo(11);
            assertThat(next.rows(wider))
                    .hasSize(7)
                    .filteredOn(line -> line.endsWith("|null|"))
                    .hasSize(6);
            assertThat(next.rows(wider))
                    .filteredOn(line -> line.endsWith("|new|"))
                    .hasSize(1);
            assertThat(next.rowsByFolder(wider)).isEqualTo(next.rows(wider));
        }
    }
}

package io.openclickstream.maintenance;

import static io.openclickstream.maintenance.TestLake.CLICKS;
import static io.openclickstream.maintenance.TestLake.LINEAGE;
import static io.openclickstream.maintenance.TestLake.REJECTED;
import static io.openclickstream.maintenance.TestLake.SESSIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.LakeTable;
import io.openclickstream.lake.PersonHash;
import io.openclickstream.lake.RecordedErasure;
import io.openclickstream.lake.storage.S3Access;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EraseTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Care CARE =
            new Care(128 << 20, HOUR, 3, Duration.ofHours(2), Duration.ofDays(7), Duration.ofDays(3));
    private static final JobWait NOT_AT_ALL = new JobWait(Duration.ZERO, time -> {}, line -> {});
    private static final List<Person> ADA = List.of(new Person("shop", "ada-lovelace"));

    @TempDir
    Path folder;

    private TestLake newLake(String name) throws Exception {
        var settings = LakeSettings.embedded("file:" + folder.resolve(name), S3Access.DEFAULT);
        return new TestLake(settings, folder.resolve(name + "-local"), CLICKS, SESSIONS, REJECTED);
    }

    /** Hours that are compacted, and one that is not; some files have Ada alone, some her and others, some others. */
    private static void fill(TestLake lake) throws Exception {
        long old = lake.hoursAgo(4);
        long running = lake.hoursAgo(0);
        for (int epoch = 1; epoch <= 3; epoch++) {
            Record elsewhere = lake.click("ada-lovelace", old, 50 + epoch);
            elsewhere.setField("site_id", "blog");
            lake.commit(
                    epoch,
                    Map.of(
                            CLICKS,
                            List.of(
                                    lake.file(
                                            LINEAGE,
                                            epoch,
                                            old,
                                            CLICKS,
                                            List.of(
                                                    lake.click("ada-lovelace", old, epoch),
                                                    lake.click("ada-lovelace2", old, epoch),
                                                    elsewhere)),
                                    lake.file(
                                            LINEAGE,
                                            epoch,
                                            running,
                                            CLICKS,
                                            List.of(
                                                    lake.click("ada-lovelace", running, epoch),
                                                    lake.click("bob", running, epoch)))),
                            SESSIONS,
                            List.of(lake.file(
                                    LINEAGE, epoch, old, SESSIONS, List.of(lake.session("ada-lovelace", old, epoch)))),
                            REJECTED,
                            List.of(lake.file(
                                    LINEAGE,
                                    epoch,
                                    old,
                                    REJECTED,
                                    List.of(
                                            lake.rejected(
                                                    TestLake.utf8("{\"user_id\":\"ada-lovelace\",\"event"), old, epoch),
                                            lake.rejected(
                                                    TestLake.utf8("{\"user_id\":\"ada-lovelace2\"}"),
                                                    old,
                                                    10 + epoch))))));
        }
        new Maintenance(lake.catalog, CARE, line -> {}).run(lake.start);
    }

    /** What has to be left, found the simple way. */
    private static List<String> withoutAda(List<String> rows) {
        return rows.stream()
                .filter(row -> !row.contains("|shop|ada-lovelace|") && !row.contains("\\x22ada-lovelace\\x22"))
                .toList();
    }

    private static Map<LakeTable, List<String>> all(TestLake lake) throws Exception {
        return Map.of(CLICKS, lake.rows(CLICKS), SESSIONS, lake.rows(SESSIONS), REJECTED, lake.rows(REJECTED));
    }

    private static void assertOnlyOthersAreLeft(TestLake lake, Map<LakeTable, List<String>> before) throws Exception {
        for (LakeTable table : List.of(CLICKS, SESSIONS, REJECTED)) {
            List<String> others = withoutAda(before.get(table));
            assertThat(lake.rows(table)).as(table.name()).isEqualTo(others);
            assertThat(lake.rowsByFolder(table)).as(table.name() + " by folder").isEqualTo(others);
        }
    }

    @Test
    void aPersonIsGoneAndAllOthersAreThere() throws Exception {
        try (TestLake lake = newLake("lake")) {
            fill(lake);
            var before = all(lake);
            var mark = EpochMark.of(lake.load(CLICKS).properties());
            Erasure erasure = new Erasure(lake.catalog, Clock.systemUTC());
            assertThat(erasure.verify(ADA)).as("what is there is found").hasSizeGreaterThan(10);

            Receipt receipt = erasure.erase(ADA);

            assertOnlyOthersAreLeft(lake, before);
            assertThat(before.get(CLICKS)).hasSize(15);
            assertThat(lake.rows(CLICKS)).hasSize(9);
            assertThat(EpochMark.of(lake.load(CLICKS).properties())).isEqualTo(mark);
            assertThat(receipt.open()).isEmpty();
            assertThat(receipt.places())
                    .extracting(Receipt.Place::name, Receipt.Place::rowsInTable, Receipt.Place::rowsByFolder)
                    .containsExactly(tuple("clicks", 6L, 6L), tuple("rejected", 3L, 3L), tuple("sessions", 3L, 3L));
            // She has the same id on another site, and stays there.
            assertThat(erasure.verify(ADA))
                    .allMatch(line -> line.contains("0 rows of them") || line.endsWith("holds an id"));
            assertThat(lake.load(CLICKS).snapshots()).hasSize(1);
        }
    }

    @Test
    void nothingIsLeftInAnyByte() throws Exception {
        try (TestLake lake = newLake("lake")) {
            fill(lake);
            List<Person> both = List.of(new Person("shop", "ada-lovelace"), new Person("blog", "ada-lovelace"));
            Erasure erasure = new Erasure(lake.catalog, Clock.systemUTC());

            Receipt receipt = erasure.erase(both);

            assertThat(erasure.verify(both)).isEmpty();
            Path file = folder.resolve("receipt.json");
            receipt.write(file);
            assertThat(Receipt.read(file)).isEqualTo(receipt);
            assertThat(Receipt.read(file).everybody()).isEqualTo(both);
            lake.commit(4, lake.hoursAgo(0), CLICKS, lake.click("ada-lovelace", lake.hoursAgo(0), 99));
            assertThat(erasure.verify(both)).as("a late click is found").isNotEmpty();
        }
    }

    @Test
    void aPersonIsFoundUnderAllPseudonymsOfTheKeys() throws Exception {
        Path file = folder.resolve("keys.json");
        Files.writeString(file, """
                {"grouping": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "keys": [
                  {"id": "one", "from": "2026-11-01T00:00:00Z", "secret": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="},
                  {"id": "two", "from": "2026-12-01T00:00:00Z",
                   "secret": "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9gYWJjZGVmZw=="}]}""");
        try (TestLake lake = newLake("lake")) {
            long hour = lake.hoursAgo(0);
            lake.commit(
                    1,
                    hour,
                    CLICKS,
                    lake.click("d7939211ce21a42446ae6ecfa8cffaac", hour, 1),
                    lake.click("40f78cbe786d7897badd1992f259908d", hour, 2),
                    lake.click("66a3cc02a421480c31cc790ef2617442", hour, 3));
            List<Person> persons = List.of(new Person("shop", "ada"), new Person("blog", "bob"));

            Receipt receipt = everywhere(lake, Clock.systemUTC()).erase(persons, PersonPseudonyms.read(file));

            assertThat(receipt.everybody()).hasSize(2 * 4).containsAll(persons);
            assertThat(listed(lake).get(0).persons())
                    .as("nobody as they were sent")
                    .hasSize(2 * 3)
                    .contains(PersonHash.of("shop", "d7939211ce21a42446ae6ecfa8cffaac"))
                    .doesNotContain(PersonHash.of("shop", "ada"), PersonHash.of("blog", "bob"));
            assertThat(lake.rows(CLICKS)).singleElement().asString().contains("66a3cc02a421480c31cc790ef2617442");
        }
    }

    @Test
    void aFileWithNobodyElseIsDeleted() throws Exception {
        try (TestLake lake = newLake("lake")) {
            fill(lake);
            new Erasure(lake.catalog, Clock.systemUTC()).erase(ADA);

            assertThat(lake.locations(SESSIONS)).isEmpty();
            assertThat(lake.files(lake.catalog.settings().location("sessions/")))
                    .isEmpty();
        }
    }

    @Test
    void killedBetweenAnyTwoStepsItIsErasedAgain() throws Exception {
        boolean isThrough = false;
        int killAt = 1;
        for (; !isThrough; killAt++) {
            try (TestLake lake = newLake("killed-" + killAt)) {
                fill(lake);
                var before = all(lake);
                isThrough = !isKilled(lake, killAt);

                new Erasure(lake.catalog, Clock.offset(Clock.systemUTC(), Duration.ofHours(2))).erase(ADA);
                assertOnlyOthersAreLeft(lake, before);
                assertThat(lake.rowsOfCompacted(CLICKS))
                        .as("killed at step %d", killAt)
                        .noneMatch(row -> row.contains("|shop|ada-lovelace|"));
                lake.commit(4, lake.hoursAgo(0), CLICKS, lake.click("bob", lake.hoursAgo(0), 99));
                assertThat(lake.rows(CLICKS)).hasSize(10).isEqualTo(lake.rowsByFolder(CLICKS));
            }
        }
        assertThat(killAt).isGreaterThan(15);
    }

    private static boolean isKilled(TestLake lake, int killAt) throws Exception {
        var step = new AtomicInteger();
        Steps killing = what -> {
            if (step.incrementAndGet() == killAt) {
                throw new IllegalStateException("killed");
            }
        };
        try {
            new Erasure(lake.catalog, Clock.systemUTC(), killing).erase(ADA);
            return false;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
            return true;
        }
    }

    @Test
    void anEpochThatIsCommittedMeanwhileIsKeptAndSaid() throws Exception {
        try (TestLake lake = newLake("lake")) {
            fill(lake);
            List<String> done = new ArrayList<>();
            Steps committing = what -> {
                if (what.equals("commit the erasure from " + lake.load(CLICKS).name())) {
                    try {
                        long hour = lake.hoursAgo(0);
                        lake.commit(4, hour, CLICKS, lake.click("bob", hour, 99), lake.click("ada-lovelace", hour, 99));
                        done.add(what);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
            Receipt receipt = new Erasure(lake.catalog, Clock.systemUTC(), committing).erase(ADA);

            assertThat(done).hasSize(1);
            assertThat(receipt.open()).anyMatch(line -> line.endsWith("Erase again."));
            assertThat(lake.rows(CLICKS)).hasSize(11).isEqualTo(lake.rowsByFolder(CLICKS));
            assertThat(new Erasure(lake.catalog, Clock.systemUTC()).erase(ADA).open())
                    .isEmpty();
            assertThat(lake.rows(CLICKS)).hasSize(10).isEqualTo(lake.rowsByFolder(CLICKS));
        }
    }

    private static EraseEverywhere everywhere(TestLake lake, Clock clock) {
        return new EraseEverywhere(lake.catalog, clock, new EraseEverywhere.Live.None(), Duration.ZERO, NOT_AT_ALL);
    }

    private static List<RecordedErasure> listed(TestLake lake) throws Exception {
        return new ErasedPersons(lake.catalog.settings(), lake.catalog.storage()).after(0);
    }

    @Test
    void thePersonIsListedFirstAndThenWhatLeavesTheLake() throws Exception {
        try (TestLake lake = newLake("lake")) {
            fill(lake);
            Receipt receipt = everywhere(lake, Clock.systemUTC()).erase(ADA);

            assertOnlyOthersAreLeft(
                    lake, Map.of(CLICKS, lake.rows(CLICKS), SESSIONS, List.of(), REJECTED, lake.rows(REJECTED)));
            List<RecordedErasure> list = listed(lake);
            assertThat(list.get(0).persons()).containsExactly(PersonHash.of("shop", "ada-lovelace"));
            assertThat(list.get(0).rows()).isEmpty();
            Map<String, Long> removed = new TreeMap<>();
            Set<Instant> hours = new TreeSet<>();
            for (RecordedErasure entry : list.subList(1, list.size())) {
                assertThat(entry.persons()).isEmpty();
                entry.rows().forEach((dataset, rows) -> removed.merge(dataset, rows, Long::sum));
                hours.addAll(entry.hours());
            }
            assertThat(removed).isEqualTo(Map.of("clicks", 6L, "sessions", 3L, "rejected", 3L));
            assertThat(hours)
                    .containsExactly(
                            Instant.ofEpochSecond(3_600 * lake.hoursAgo(4)),
                            Instant.ofEpochSecond(3_600 * lake.hoursAgo(0)));
            assertThat(receipt.elsewhere())
                    .extracting(Elsewhere::place, Elsewhere::isDone)
                    .containsExactly(tuple("job_state", false), tuple("live_tables", true), tuple("kafka", true));
            assertThat(receipt.open()).hasSize(1).first().asString().startsWith("job_state: The job was told at ");
        }
    }

    @Test
    void onceTheJobObeysNothingIsOpenAndWhatItWroteInBetweenIsFound() throws Exception {
        try (TestLake lake = newLake("lake")) {
            fill(lake);
            assertThat(everywhere(lake, Clock.systemUTC()).erase(ADA).open()).hasSize(1);
            long hour = lake.hoursAgo(0);
            lake.commitObeying(1, 4, hour, CLICKS, lake.click("bob", hour, 99), lake.click("ada-lovelace", hour, 99));

            Receipt again = everywhere(lake, Clock.systemUTC()).erase(ADA);

            assertThat(again.open()).isEmpty();
            assertThat(again.remains())
                    .singleElement()
                    .asString()
                    .startsWith("checkpoints: Checkpoints before number 4 of lineage " + LINEAGE)
                    .endsWith("Until they are deleted.");
            assertThat(again.places().get(0).rowsInTable()).isEqualTo(1);
            assertThat(listed(lake).stream().flatMap(entry -> entry.persons().stream()))
                    .as("listed once")
                    .hasSize(1);
            Path file = folder.resolve("receipt.json");
            again.write(file);
            assertThat(Receipt.read(file)).isEqualTo(again);
        }
    }

    @Test
    void whatIsAboutToLeaveIsWrittenDownAlsoWhenItIsKilledThen() throws Exception {
        try (TestLake lake = newLake("lake")) {
            fill(lake);
            var list = new ListedPersons(
                    new ErasedPersons(lake.catalog.settings(), lake.catalog.storage()), Clock.systemUTC());
            Steps killing = what -> {
                if (what.startsWith("commit the erasure")) {
                    throw new IllegalStateException("killed");
                }
            };
            assertThatThrownBy(() -> new Erasure(lake.catalog, Clock.systemUTC(), killing, list.removals()).erase(ADA))
                    .hasMessage("killed");
            assertThat(listed(lake).get(0).rows()).isEqualTo(Map.of("clicks", 6L));
        }
    }

    @Test
    void placesThatCannotBeErasedSayWhyAndUntilWhen() {
        Instant listed = Instant.parse("2026-03-01T10:00:00Z");
        Duration week = Duration.ofDays(7);
        assertThat(Elsewhere.kafka(listed, week, listed.plus(week).minusMillis(1)))
                .matches(kafka -> !kafka.isDone() && "2026-03-08T10:00:00Z".equals(kafka.until()));
        assertThat(Elsewhere.kafka(listed, week, listed.plus(week)).isDone()).isTrue();
        assertThat(Elsewhere.kafka(listed, null, listed.plus(week)).line()).contains("--kafka.retention");
        assertThat(Elsewhere.kafka(listed, week, listed).remains())
                .as("goes by itself")
                .isTrue();
        assertThat(Elsewhere.kafka(listed, null, listed).remains()).isFalse();
    }

    @Test
    void aServerThatDoesNotAnswerIsOpenAndTheLakeIsErased() throws Exception {
        try (TestLake lake = newLake("lake");
                ServerSocket silent = new ServerSocket(0)) {
            fill(lake);
            int port = silent.getLocalPort();
            silent.close();
            var server = new EraseEverywhere.Live.Server(
                    new LiveServer.Access(URI.create("grpc://127.0.0.1:" + port), null, null));
            Receipt receipt = new EraseEverywhere(lake.catalog, Clock.systemUTC(), server, null, NOT_AT_ALL).erase(ADA);

            assertThat(receipt.places().get(0).rowsInTable()).isEqualTo(6);
            assertThat(receipt.open())
                    .hasSize(3)
                    .anyMatch(line -> line.startsWith("live_tables: the Flight server did not do it: "));
        }
    }
}

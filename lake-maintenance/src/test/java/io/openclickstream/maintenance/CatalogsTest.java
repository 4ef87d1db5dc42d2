package io.openclickstream.maintenance;

import static io.openclickstream.maintenance.TestLake.CLICKS;
import static io.openclickstream.maintenance.TestLake.LINEAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.LakeStorage;
import io.openclickstream.lake.storage.S3Access;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RestCatalogServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Maintenance and erasure of lakes whose tables are listed in a database, or by a service over HTTP. */
class CatalogsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Care CARE =
            new Care(128 << 20, HOUR, 1, Duration.ofHours(2), Duration.ofHours(3), Duration.ofHours(3));

    enum Kind {
        DATABASE,
        SERVICE
    }

    @TempDir
    Path folder;

    private interface OnLake {
        void accept(TestLake lake) throws Exception;
    }

    private void with(Kind kind, OnLake test) throws Exception {
        String database = "jdbc:sqlite:" + folder.resolve("catalog.db");
        String root = "file:" + folder.resolve("lake");
        if (kind == Kind.DATABASE) {
            with(new LakeSettings(root, database, Map.of(), S3Access.DEFAULT), test);
            return;
        }
        try (LakeStorage storage = LakeStorage.of(
                        LakeSettings.embedded(root, S3Access.DEFAULT).rootUri(), S3Access.DEFAULT);
                JdbcCatalog behind = new JdbcCatalog(unused -> storage.io(), null, true)) {
            behind.initialize(
                    "service",
                    Map.of(
                            CatalogProperties.URI,
                            database,
                            CatalogProperties.WAREHOUSE_LOCATION,
                            root + "/iceberg",
                            "jdbc.schema-version",
                            "V1"));
            try (RestCatalogServer service = new RestCatalogServer(behind)) {
                with(new LakeSettings(root, service.address(), Map.of(), S3Access.DEFAULT), test);
            }
        }
    }

    private void with(LakeSettings settings, OnLake test) throws Exception {
        try (TestLake lake = new TestLake(settings, folder.resolve("local"), CLICKS)) {
            long hour = lake.hoursAgo(4);
            for (int epoch = 1; epoch <= 4; epoch++) {
                lake.commit(epoch, hour, CLICKS, lake.click("ada", hour, epoch), lake.click("bob", hour, epoch));
            }
            test.accept(lake);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLakeIsMaintained(Kind kind) throws Exception {
        with(kind, lake -> {
            var before = lake.rows(CLICKS);
            var mark = EpochMark.of(lake.load(CLICKS).properties());
            List<String> said = new ArrayList<>();
            var maintenance = new Maintenance(lake.catalog, CARE, said::add);

            maintenance.run(lake.start);

            assertThat(said).anyMatch(line -> line.startsWith("clicks: compact 4 files"));
            assertThat(lake.locations(CLICKS)).singleElement().asString().contains("-compacted-");
            assertThat(lake.rows(CLICKS)).isEqualTo(before).isEqualTo(lake.rowsByFolder(CLICKS));
            assertThat(EpochMark.of(lake.load(CLICKS).properties())).isEqualTo(mark);

            // The job goes on, and later its files go, and its snapshots.
            lake.commit(5, lake.hoursAgo(4), CLICKS, lake.click("eve", lake.hoursAgo(4), 5));
            var after = lake.rows(CLICKS);
            Instant late = Instant.now().plus(Duration.ofHours(12));
            for (int run = 0; run < 3; run++) {
                maintenance.run(late);
            }
            assertThat(lake.load(CLICKS).snapshots()).hasSize(1);
            assertThat(lake.rowsByFolder(CLICKS)).isEmpty();
            assertThat(lake.rows(CLICKS)).isEqualTo(after).isEqualTo(lake.rowsOfCompacted(CLICKS));
            var left = lake.listing();
            maintenance.run(late);
            assertThat(lake.listing()).as("there is an end to it").isEqualTo(left);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aJobThatGoesBackInTheMiddleOfItWins(Kind kind) throws Exception {
        with(kind, lake -> {
            Steps restoring = what -> {
                if (what.equals("commit the compaction of clicks")) {
                    try {
                        lake.restore(LINEAGE, 2, "second");
                    } catch (Exception e) {
                        throw new AssertionError("the job does not start", e);
                    }
                }
            };
            List<String> said = new ArrayList<>();

            new Maintenance(lake.catalog, CARE, restoring, said::add).run(lake.start);

            assertThat(said).anyMatch(line -> line.contains("was not compacted"));
            assertThat(lake.rows(CLICKS)).hasSize(4).isEqualTo(lake.rowsByFolder(CLICKS));
        });
    }

    @ParameterizedTest
    @EnumSource
    void aPersonIsErased(Kind kind) throws Exception {
        with(kind, lake -> {
            List<Person> ada = List.of(new Person("shop", "ada"));
            var others = lake.rows(CLICKS).stream()
                    .filter(row -> !row.contains("|shop|ada|"))
                    .toList();
            new Maintenance(lake.catalog, CARE, line -> {}).run(lake.start);
            Erasure erasure = new Erasure(lake.catalog, Clock.systemUTC());
            assertThat(erasure.verify(ada)).isNotEmpty();

            erasure.erase(ada);

            assertThat(erasure.verify(ada)).isEmpty();
            assertThat(lake.rows(CLICKS)).isEqualTo(others).hasSize(4);
            assertThat(lake.rowsByFolder(CLICKS)).isEqualTo(others);
        });
    }
}

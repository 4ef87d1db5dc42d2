package io.openclickstream.maintenance;

import static io.openclickstream.maintenance.TestLake.CLICKS;
import static io.openclickstream.maintenance.TestLake.REJECTED;
import static io.openclickstream.maintenance.TestLake.SESSIONS;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One erasure beside a job that goes on writing rows of the person until it obeys. */
class EraseWaitTest {
    private static final List<Person> ADA = List.of(new Person("shop", "ada"));

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private final Deque<Work> jobs = new ArrayDeque<>();
    private Instant now;

    /** What the job does in the meantime. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    @BeforeEach
    void beginNow() {
        now = Instant.now();
    }

    private TestLake newLake() throws Exception {
        var settings = LakeSettings.embedded("file:" + folder.resolve("lake"), S3Access.DEFAULT);
        return new TestLake(settings, folder.resolve("local"), CLICKS, SESSIONS, REJECTED);
    }

    private Receipt erase(TestLake lake, Duration atMost) throws Exception {
        Clock clock = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
        JobWait.Pause pause = time -> {
            now = now.plus(time);
            Work next = jobs.poll();
            if (next != null) {
                try {
                    next.run();
                } catch (InterruptedException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new UncheckedIOException(new IOException(e));
                }
            }
        };
        return new EraseEverywhere(
                        lake.catalog,
                        clock,
                        new EraseEverywhere.Live.None(),
                        Duration.ZERO,
                        new JobWait(atMost, pause, said::add))
                .erase(ADA);
    }

    @Test
    void whatTheJobWritesUntilItObeysGoesInTheSameRun() throws Exception {
        try (TestLake lake = newLake()) {
            long hour = lake.hoursAgo(0);
            lake.commit(1, hour, CLICKS, lake.click("ada", hour, 1), lake.click("bob", hour, 1));
            jobs.add(() -> lake.commit(2, hour, CLICKS, lake.click("ada", hour, 2)));
            jobs.add(() -> lake.commitObeying(0, 3, hour, CLICKS, lake.click("ada", hour, 3)));
            jobs.add(() ->
                    lake.commitObeying(1, 4, hour, CLICKS, lake.click("ada", hour, 4), lake.click("bob", hour, 4)));
            jobs.add(() -> lake.commitObeying(1, 5, hour, CLICKS, lake.click("bob", hour, 5)));

            Receipt receipt = erase(lake, Duration.ofMinutes(10));

            assertThat(jobs).as("it goes on when the job obeys").hasSize(1);
            assertThat(receipt.open()).isEmpty();
            assertThat(receipt.places().get(0).rowsInTable()).isEqualTo(4);
            assertThat(lake.rows(CLICKS))
                    .hasSize(2)
                    .allMatch(row -> row.contains("|bob|"))
                    .isEqualTo(lake.rowsByFolder(CLICKS));
            assertThat(receipt.elsewhere())
                    .filteredOn(place -> place.place().equals(Elsewhere.JOB_STATE))
                    .singleElement()
                    .satisfies(state -> assertThat(state.isDone()).isTrue())
                    .satisfies(state -> assertThat(state.why()).startsWith("Since epoch 4 of lineage "));
            assertThat(said).hasSize(4).first().asString().contains("epoch that obeys entry 1", "does not say");
            assertThat(said.get(3)).startsWith("The job obeys: epoch 4 ");
        }
    }

    @Test
    void aJobThatDoesNotComeIsWaitedForWithinTheBoundAndTheLakeErasedAllTheSame() throws Exception {
        try (TestLake lake = newLake()) {
            long hour = lake.hoursAgo(0);
            lake.commit(1, hour, CLICKS, lake.click("ada", hour, 1), lake.click("bob", hour, 1));
            Instant begin = now;

            Receipt receipt = erase(lake, Duration.ofMinutes(2));

            assertThat(Duration.between(begin, now)).isEqualTo(Duration.ofMinutes(2));
            assertThat(receipt.open())
                    .singleElement()
                    .asString()
                    .startsWith("job_state: The job was told at ")
                    .contains("within PT2M", "erase again");
            assertThat(receipt.remains()).isEmpty();
            assertThat(lake.rows(CLICKS)).singleElement().asString().contains("|bob|");
        }
    }

    @Test
    void aJobThatObeysAlreadyIsNotWaitedFor() throws Exception {
        try (TestLake lake = newLake()) {
            long hour = lake.hoursAgo(0);
            lake.commit(1, hour, CLICKS, lake.click("ada", hour, 1));
            assertThat(erase(lake, Duration.ZERO).open()).hasSize(1);
            lake.commitObeying(1, 2, hour, CLICKS, lake.click("bob", hour, 1));
            Instant begin = now;
            said.clear();

            assertThat(erase(lake, Duration.ofMinutes(2)).open()).isEmpty();

            assertThat(now).isEqualTo(begin);
            assertThat(said).isEmpty();
        }
    }
}

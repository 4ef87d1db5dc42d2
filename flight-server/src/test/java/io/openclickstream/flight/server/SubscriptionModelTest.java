package io.openclickstream.flight.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.Fold;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.read.CommandJson;
import io.openclickstream.flight.read.ReadCommand;
import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.read.Reading;
import io.openclickstream.flight.read.Watch;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.RandomJob;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.RowCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Whatever happens to the job, the server and the reader: who folds snapshot and changes has the table, in both views, and
 * whoever goes on from a token as well. Closing the allocators fails when a subscription kept memory.
 */
class SubscriptionModelTest {
    private static final int EPOCHS_KEPT = 3;
    private static final int STEPS = 50;
    /** Windows leave while somebody follows them. */
    private static final Duration RETENTION = Duration.ofHours(2);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** The first twice, for those who follow the same rows share what is encoded. */
    private static final List<String> COMMANDS = List.of(
            "{'table':'clicks','subscribe':true}",
            "{'table':'clicks','subscribe':true}",
            "{'table':'clicks','subscribe':true,'view':'committed'}",
            "{'table':'more','subscribe':true}",
            "{'table':'more','subscribe':true,'view':'committed'}",
            "{'table':'clicks','subscribe':true,'before':7200000}",
            "{'table':'clicks','subscribe':true,'view':'committed','columns':['key','value'],'from':3600000}",
            "{'table':'clicks','subscribe':true,'columns':['key','time']}");

    private LiveStore store;
    private BufferAllocator root;
    private Portions frames;
    private volatile Subscriptions subscriptions;
    private final List<Follower> followers = new ArrayList<>();

    /** A reader of a command, and its next one after it was dropped. */
    private final class Follower {
        final ReadCommand command;
        FakeReader reader;

        Follower(String command) throws Refused {
            this.command = CommandJson.read(command.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        }

        void start(Fold fold, String token) throws Refused {
            reader = new FakeReader(fold);
            ReadCommand asked = command.resumingAt(token);
            Watch watch = new ReadableTables(store).watch(asked, Principal.LOCAL);
            subscriptions.start(watch, watch.position(asked), Principal.LOCAL, reader);
        }

        /** Drops the connection, and goes on from the last token if that is possible. */
        void dropAndGoOn() throws Refused {
            reader.cancel();
            settle();
            goOn();
        }

        void goOn() throws Refused {
            Fold before = reader.fold.copy();
            String token = before.isWhole() ? before.token() : null;
            start(token == null ? new Fold() : before, token);
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> reader.isStarted() || reader.failure() != null);
            if (reader.failure() != null) {
                assertThat(reader.failure().getMessage())
                        .contains("begin again with a snapshot")
                        .containsAnyOf("epochs kept are", "has gone back behind epoch", "persons have been erased");
                start(new Fold(), null);
            }
        }

        void agrees() throws Refused {
            if (reader == null) {
                return;
            }
            reader.takes(Integer.MAX_VALUE);
            List<String> table = table(command);
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).untilAsserted(() -> {
                assertThat(reader.failure()).isNull();
                assertThat(reader.fold.isWhole()).isTrue();
                assertThat(reader.fold.rows()).as("%s", command).isEqualTo(table);
            });
        }
    }

    @Property(tries = 100)
    void foldOfSnapshotAndChangesIsTheTable(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Path folder = Files.createTempDirectory("subscriptions");
        List<String> story = new ArrayList<>();
        root = new RootAllocator();
        followers.clear();
        try {
            open(folder);
            RandomJob job = new RandomJob(random, EPOCHS_KEPT, () -> store, root);
            for (String command : COMMANDS) {
                followers.add(new Follower(command));
            }
            for (int step = 0; step < STEPS; step++) {
                story.add(step(random, job, folder));
            }
            for (Follower each : followers) {
                each.agrees();
            }
        } catch (AssertionError | Exception e) {
            throw new AssertionError("after " + story + " of seed " + seed, e);
        } finally {
            close();
            root.close();
            delete(folder);
        }
    }

    private String step(Random random, RandomJob job, Path folder) throws Exception {
        Follower one = followers.get(random.nextInt(followers.size()));
        int chance = random.nextInt(100);
        if (chance < 68) {
            return job.step();
        } else if (chance < 70) {
            store.erase(Clicks.toErase(Clicks.user(random.nextInt(Clicks.PERSONS))));
            return "erase";
        } else if (one.reader == null) {
            if (table(one.command) != null) {
                one.start(new Fold(), null);
            }
            return "subscribe";
        } else if (chance < 82) {
            one.reader.takes(random.nextInt(3));
            return "read";
        } else if (chance < 88) {
            one.agrees();
            return "agree";
        } else if (chance < 96) {
            one.dropAndGoOn();
            return "resume";
        } else if (chance < 97) {
            subscriptions.keepAlive();
            return "rest";
        }
        close();
        open(folder);
        for (Follower each : followers) {
            if (each.reader != null) {
                each.goOn();
            }
        }
        return "restart";
    }

    /** Returns once everything that was asked of the subscriptions is done. */
    private void settle() {
        var done = new CompletableFuture<Void>();
        subscriptions.run(() -> done.complete(null));
        done.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** The rows as somebody reads them who does not subscribe; null when there are none to read yet. */
    private List<String> table(ReadCommand command) {
        var plain = new ReadCommand(
                command.table(),
                command.columns(),
                command.where(),
                command.fromMillis(),
                command.beforeMillis(),
                command.order(),
                command.view(),
                null,
                null,
                null,
                false,
                null,
                null);
        try (Reading reading = new ReadableTables(store).open(plain, Principal.LOCAL);
                VectorSchemaRoot batch = VectorSchemaRoot.create(reading.schema(), root)) {
            List<String> rows = new ArrayList<>();
            RowCursor cursor = reading.rows(100, 1 << 20);
            while (cursor.next(batch)) {
                for (int row = 0; row < batch.getRowCount(); row++) {
                    rows.add(Fold.row(batch.getFieldVectors(), row));
                }
            }
            return rows.stream().sorted().toList();
        } catch (Refused e) {
            return null;
        }
    }

    private void open(Path folder) throws IOException {
        var limits = new LiveStore.Limits(64 << 20, RETENTION, EPOCHS_KEPT, 16 << 10, 1 << 20);
        store = LiveStore.open(DataFolder.open(folder, "a test"), limits, root, () -> {
            Subscriptions now = subscriptions;
            if (now != null) {
                now.changed();
            }
        });
        frames = new Portions(root.newChildAllocator("frames", 0, 32 << 20), 16);
        subscriptions = new Subscriptions(
                new ReadableTables(store),
                new SubscriptionSettings(100, Duration.ZERO, Duration.ofMinutes(1), 32 << 20),
                frames,
                new Usages(System::nanoTime),
                (nanos, work) -> work.run());
    }

    private void close() throws IOException {
        subscriptions.close();
        assertThat(subscriptions.count()).isZero();
        frames.close();
        store.close();
        store.closeMemory();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

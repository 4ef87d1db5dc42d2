package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.table.Clicks;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.schemas.live.LiveMetadata;
import io.openclickstream.schemas.live.PersonsFound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Whatever happens to a job and to the server, the live view holds what the job has put and not taken back, and each
 * kept committed view what it had put by then: as the {@link EpochModel} says.
 */
class EpochModelTest {
    private static final int EPOCHS_KEPT = 3;
    private static final int STEPS = 60;

    private LiveStore store;

    @Property(tries = 250)
    void viewsAreThoseOfTheModelAfterEveryStep(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        EpochModel model = new EpochModel(EPOCHS_KEPT);
        Path folder = Files.createTempDirectory("epochs");
        List<String> story = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator()) {
            store = open(folder, allocator);
            EpochJob job = new EpochJob(random, () -> EpochTarget.of(store), model, allocator).withPersons();
            job.start();
            try {
                for (int step = 0; step < STEPS; step++) {
                    story.add(step(random, job, model, folder, allocator));
                    compare(model, allocator);
                }
            } catch (AssertionError | Exception e) {
                throw new AssertionError("after " + story + " of seed " + seed, e);
            } finally {
                close();
            }
        } finally {
            delete(folder);
        }
    }

    private String step(Random random, EpochJob job, EpochModel model, Path folder, BufferAllocator allocator)
            throws Exception {
        int chance = random.nextInt(100);
        if (chance < 35) {
            job.put();
            return "put";
        } else if (chance < 70) {
            job.barrier();
            return "barrier";
        } else if (chance < 82) {
            job.commit();
            return "commit";
        } else if (chance < 86) {
            job.fail();
            return "fail";
        } else if (chance < 89) {
            job.rescale();
            return "rescale";
        } else if (chance < 92) {
            job.rewind();
            return "rewind";
        } else if (chance < 94) {
            job.zombie();
            return "zombie";
        } else if (chance < 97) {
            erase(Clicks.user(random.nextInt(Clicks.PERSONS)), model, folder);
            return "erase";
        }
        close();
        store = open(folder, allocator);
        return "restart";
    }

    private void erase(String user, EpochModel model, Path folder) throws Refused {
        PersonsFound found = store.find(Clicks.toErase(user));
        assertThat(store.erase(Clicks.toErase(user))).isEqualTo(found);
        model.erase(EpochJob.OF_PERSONS, key -> Clicks.user(key).equals(user));
        assertThat(Clicks.filesWith(user, folder)).as("files with " + user).isEmpty();
        assertThat(store.find(Clicks.toErase(user)).tables())
                .hasSameSizeAs(found.tables())
                .allSatisfy(table -> assertThat(table.rows()).isZero());
    }

    private void compare(EpochModel model, BufferAllocator allocator) throws Refused {
        for (String table : store.tableNames()) {
            try (TableSnapshot live = store.snapshot(table)) {
                assertThat(sorted(live, allocator)).as("live " + table).isEqualTo(model.rows(table, Long.MAX_VALUE));
            }
        }
        LineageFacts facts = store.lineages().get(0);
        assertThat(facts.committedEpoch()).isEqualTo(model.committed());
        assertThat(facts.keptEpochs()).isEqualTo(model.kept());
        for (String table : store.tableNames()) {
            for (long epoch : model.kept()) {
                assertCommitted(model, table, epoch, allocator);
            }
        }
    }

    private void assertCommitted(EpochModel model, String table, long epoch, BufferAllocator allocator) {
        try (TableSnapshot snapshot = store.snapshot(new TableView(table, true, epoch, null))) {
            assertThat(sorted(snapshot, allocator))
                    .as("%s as of %d", table, epoch)
                    .isEqualTo(model.rows(table, epoch));
            assertThat(snapshot.facts())
                    .containsEntry(LiveMetadata.EPOCH, Long.toString(epoch))
                    .containsEntry(LiveMetadata.VIEW, "committed");
        } catch (Refused e) { // it did not exist yet
            assertThat(model.rows(table, epoch)).as("%s as of %d", table, epoch).isEmpty();
        }
    }

    private static List<String> sorted(TableSnapshot snapshot, BufferAllocator allocator) {
        return Clicks.read(snapshot, allocator).stream().sorted().toList();
    }

    private static LiveStore open(Path folder, BufferAllocator allocator) throws IOException {
        var limits = new LiveStore.Limits(64 << 20, Duration.ofDays(1000), EPOCHS_KEPT, 16 << 10, 1 << 20);
        return LiveStore.open(DataFolder.open(folder, "a test"), limits, allocator, () -> {});
    }

    private void close() throws IOException {
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

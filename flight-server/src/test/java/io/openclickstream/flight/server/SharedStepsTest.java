package io.openclickstream.flight.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.flight.Fold;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.read.CommandJson;
import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.RandomJob;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is encoded for several readers, and how often. */
class SharedStepsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String COMMAND = "{\"table\":\"clicks\",\"subscribe\":true}";

    @TempDir
    Path folder;

    private final BufferAllocator root = new RootAllocator();
    private LiveStore store;
    private Portions memory;
    private volatile Subscriptions subscriptions;
    private RandomJob job;

    @BeforeEach
    void open() throws Exception {
        store = LiveStore.open(
                DataFolder.open(folder, "a test"),
                new LiveStore.Limits(64 << 20, Duration.ofDays(1), 3, 16 << 20, 1 << 20),
                root,
                () -> {
                    Subscriptions now = subscriptions;
                    if (now != null) {
                        now.changed();
                    }
                });
        memory = new Portions(root.newChildAllocator("frames", 0, 32 << 20), 100);
        subscriptions = new Subscriptions(
                new ReadableTables(store),
                new SubscriptionSettings(100, Duration.ZERO, Duration.ofMinutes(1), 32 << 20),
                memory,
                new Usages(System::nanoTime),
                (nanos, work) -> work.run());
        job = new RandomJob(new Random(1), 3, () -> store, root);
        work();
    }

    @AfterEach
    void close() throws Exception {
        subscriptions.close();
        memory.close();
        store.close();
        store.closeMemory();
        root.close();
    }

    @Test
    void readersThatAreEquallyFarBehindShareTheirStep() throws Exception {
        List<FakeReader> readers =
                Stream.generate(() -> new FakeReader(new Fold())).limit(3).toList();
        for (FakeReader each : readers) {
            follow(each);
        }
        awaitTheSame(readers);
        assertThat(subscriptions.framesEncoded()).as("all rows").isEqualTo(1);

        readers.forEach(each -> each.takes(0));
        List<String> before = readers.get(0).fold.rows();
        work();
        assertThat(subscriptions.framesEncoded()).as("nobody takes anything").isEqualTo(1);
        assertThat(subscriptions.conflations()).isZero();

        readers.forEach(each -> each.takes(Integer.MAX_VALUE));
        awaitTheSame(readers);
        assertThat(readers.get(0).fold.rows()).isNotEqualTo(before);
        assertThat(subscriptions.framesEncoded()).as("and their one step").isEqualTo(2);
        assertThat(subscriptions.conflations()).isEqualTo(3);
    }

    @Test
    void whoBeginsWhenTheRowsHaveChangedIsSentThese() throws Exception {
        FakeReader first = new FakeReader(new Fold());
        follow(first);
        awaitTheSame(List.of(first));
        work();
        FakeReader second = new FakeReader(new Fold());
        follow(second);
        awaitTheSame(List.of(first, second));
        assertThat(second.fold.marks()).hasSize(1);
    }

    @Test
    void whoseConnectionHasNoMemoryIsCutOffAloneAndTheOthersGoOn() throws Exception {
        FakeReader unlucky = new FakeReader(new Fold());
        FakeReader other = new FakeReader(new Fold());
        follow(unlucky);
        follow(other);
        awaitTheSame(List.of(unlucky, other));
        unlucky.connectionFindsNoMemory();
        work();
        awaitTheSame(List.of(other));
        assertThat(unlucky.failure())
                .isInstanceOf(FlightRuntimeException.class)
                .hasMessageContaining("Go on from the last token")
                .extracting(why -> ((FlightRuntimeException) why).status().code())
                .isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED);
        assertThat(subscriptions.count()).isEqualTo(1);
    }

    private void follow(FakeReader reader) throws Exception {
        var tables = new ReadableTables(store);
        var command = CommandJson.read(COMMAND.getBytes(StandardCharsets.UTF_8));
        subscriptions.start(tables.watch(command, Principal.LOCAL), null, Principal.LOCAL, reader);
        reader.takes(Integer.MAX_VALUE);
    }

    /** Changes the tables many times, each seen by the subscriptions. */
    private void work() throws Exception {
        for (int i = 0; i < 40; i++) {
            job.step();
            settle();
        }
    }

    /** Returns once everything that was asked of the subscriptions is done. */
    private void settle() {
        var done = new CompletableFuture<Void>();
        subscriptions.run(() -> done.complete(null));
        done.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** All have the same rows, and each all that it is to have. */
    private void awaitTheSame(List<FakeReader> readers) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            settle();
            assertThat(readers).allSatisfy(each -> {
                assertThat(each.failure()).isNull();
                assertThat(each.fold.isWhole()).isTrue();
                assertThat(each.fold.rows()).isEqualTo(readers.get(0).fold.rows());
            });
        });
    }
}

package io.openclickstream.load.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.benchmark.Latencies;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {
    @TempDir
    Path folder;

    @Test
    void smallRunsCountEverySnapshotAndGiveTheirMemoryBack() throws Exception {
        SnapshotOptions options = SnapshotOptions.PROGRAM.read(
                List.of(
                        "--rows=2000",
                        "--upserts=10000",
                        "--batch-rows=200",
                        "--warm-up=200ms",
                        "--time=400ms",
                        "--report.dir=" + folder),
                Map.of());
        MadeSnapshots.Seen made = MadeSnapshots.run(options, true);
        assertThat(made.batches()).isEqualTo(20);
        assertThat(made.latencies().count()).isEqualTo(20);
        assertThat(made.madeBytes()).isPositive().isLessThan(made.allBytes());
        assertThat(MadeSnapshots.run(options, false).latencies().count()).isZero();
        TakenSnapshots.Seen taken = TakenSnapshots.run(options);
        assertThat(taken.latencies().count()).isPositive();
        assertThat(folder.resolve("store-data")).doesNotExist();
    }

    @Test
    void directMemoryAndTheThreadsHeapAreCounted() {
        Allocations allocations = new Allocations();
        try (BufferAllocator allocator = new RootAllocator(allocations, Long.MAX_VALUE)) {
            long before = allocations.bytes();
            try (ArrowBuf buffer = allocator.buffer(1 << 20)) {
                assertThat(allocations.bytes() - before).isGreaterThanOrEqualTo(buffer.capacity());
            }
            long heap = Allocations.heapBytes();
            byte[] bytes = new byte[1 << 20];
            assertThat(Allocations.heapBytes() - heap).isGreaterThanOrEqualTo(bytes.length);
        }
    }

    @Test
    void copiesOfTheWritersLaterPutsAreASnapshotsToo() throws Exception {
        Latencies quick = new Latencies();
        quick.record(50_000);
        SnapshotReport report = new SnapshotReport(
                SnapshotOptions.PROGRAM.read(List.of(), Map.of()),
                new MadeSnapshots.Seen(quick, 10, 1_000, 50_000_000),
                new MadeSnapshots.Seen(new Latencies(), 20, 0, 60_000_000),
                new TakenSnapshots.Seen(quick, 100, 100_000));
        assertThat(report.madeBytes()).isEqualTo(100);
        assertThat(report.copiedBytes()).isEqualTo(2_000_000);
        JsonNode goals = new JsonMapper().readTree(report.result()).path("goals");
        assertThat(goals.path(0).path("met").asBoolean()).isTrue();
        assertThat(goals.path(2).path("met").asBoolean()).isFalse();
    }
}

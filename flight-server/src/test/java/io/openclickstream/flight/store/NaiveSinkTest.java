package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.flight.table.Refused;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

/**
 * The histories of {@link EpochModelTest} find out a sink that writes through: upserts by key at once, which is what is
 * left of the protocol without epochs. It survives everything but a job that goes back.
 */
class NaiveSinkTest {
    private static final int SEEDS = 100;
    private static final int STEPS = 60;

    @Test
    void sinkThatWritesThroughIsFoundOutByEverySeed() throws Exception {
        List<Integer> missed = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            if (!differsAfterFailures(new Random(seed))) {
                missed.add(seed);
            }
        }
        assertThat(missed)
                .as("seeds whose histories a sink that writes through survives")
                .isEmpty();
    }

    private static boolean differsAfterFailures(Random random) throws Exception {
        EpochModel model = new EpochModel(3);
        WriteThrough naive = new WriteThrough();
        try (BufferAllocator allocator = new RootAllocator()) {
            EpochJob job = new EpochJob(random, () -> naive, model, allocator);
            job.start();
            for (int step = 0; step < STEPS; step++) {
                job.put();
                job.barrier();
                if (random.nextInt(10) == 0) {
                    job.fail();
                    for (String table : naive.tables.keySet()) {
                        if (!naive.rows(table).equals(model.rows(table, Long.MAX_VALUE))) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    /** Tables that take every row as it comes. */
    private static final class WriteThrough implements EpochTarget {
        private final Map<String, Map<String, String>> tables = new TreeMap<>();
        private long tokens;
        private long committed;

        @Override
        public WriterOpened open(WriterOpening opening) {
            return new WriterOpened(++tokens, committed);
        }

        @Override
        public void put(PutHeader header, VectorSchemaRoot batch) throws Refused {
            Map<String, String> rows = tables.computeIfAbsent(header.table(), table -> new TreeMap<>());
            for (int row = 0; row < batch.getRowCount(); row++) {
                String key = batch.getVector(0).getObject(row).toString();
                rows.remove(key);
                if (((TinyIntVector) batch.getVector(3)).get(row) == 0) {
                    rows.put(
                            key,
                            key + "@" + ((TimeStampMilliTZVector) batch.getVector(1)).get(row) + "="
                                    + batch.getVector(2).getObject(row));
                }
            }
        }

        @Override
        public long commit(EpochCommit commit) {
            committed = Math.max(committed, commit.epoch());
            return committed;
        }

        List<String> rows(String table) {
            return tables.getOrDefault(table, Map.of()).values().stream()
                    .sorted()
                    .toList();
        }
    }
}

package io.openclickstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.PredefinedOptions;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.apache.flink.state.rocksdb.RocksDBResourceContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** RocksDB itself, with the options that Flink makes of ours. */
class RocksDbOptionsTest {
    private static final int ROWS = 20_000;
    private static final int ROW_BYTES = 200;
    private static final int PARTS = 3;
    private static final int ROUNDS = 20;

    @TempDir
    Path folder;

    @Test
    void theJobGivesThemToRocksDb() throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        StateSettings.addTo(configuration);
        var backend = StateBackendLoader.loadStateBackendFromConfig(
                configuration, RocksDbOptionsTest.class.getClassLoader(), null);
        assertThat(((EmbeddedRocksDBStateBackend) backend).getRocksDBOptions()).isInstanceOf(RocksDbOptions.class);
    }

    @Test
    void fewOfTheBytesAreOfRowsThatWereWrittenAgain() throws Exception {
        assertThat(mostBytesOfOneThatIsNeeded(new RocksDbOptions())).isLessThan(1.45);
    }

    /** When this fails, RocksDB has learned it, and ours may go. */
    @Test
    void byDefaultTheyAreManyMore() throws Exception {
        assertThat(mostBytesOfOneThatIsNeeded(null)).isGreaterThan(1.8);
    }

    /** Of a state of which a third is written again between two snapshots, and so all of it many times. */
    private double mostBytesOfOneThatIsNeeded(@Nullable RocksDBOptionsFactory ours) throws Exception {
        RocksDB.loadLibrary();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (var container = new RocksDBResourceContainer(
                        new Configuration(), PredefinedOptions.DEFAULT, ours, null, null, false);
                DBOptions options = container.getDbOptions().setCreateIfMissing(true);
                ColumnFamilyOptions columns = container.getColumnOptions();
                RocksDB db = RocksDB.open(
                        options,
                        folder.resolve("db").toString(),
                        List.of(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, columns)),
                        handles);
                FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            Random random = new Random(1);
            write(db, 0, 1, random);
            db.flush(waiting);
            db.compactRange();
            double needed = bytes(db);
            assertThat(needed).as("random bytes").isGreaterThan(ROWS * ROW_BYTES);
            double most = 0;
            for (int round = 0; round < ROUNDS; round++) {
                write(db, round % PARTS, PARTS, random);
                db.flush(waiting);
                awaitRest(db);
                most = Math.max(most, bytes(db));
            }
            handles.forEach(ColumnFamilyHandle::close);
            return most / needed;
        }
    }

    private static double bytes(RocksDB db) throws RocksDBException {
        return (double) db.getLongProperty("rocksdb.live-sst-files-size");
    }

    private static void write(RocksDB db, int first, int apart, Random random) throws RocksDBException {
        byte[] row = new byte[ROW_BYTES];
        for (int i = first; i < ROWS; i += apart) {
            random.nextBytes(row);
            db.put(ByteBuffer.allocate(Integer.BYTES).putInt(i).array(), row);
        }
    }

    private static void awaitRest(RocksDB db) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> db.getLongProperty("rocksdb.compaction-pending") == 0
                        && db.getLongProperty("rocksdb.num-running-compactions") == 0
                        && db.getLongProperty("rocksdb.num-running-flushes") == 0);
    }
}

package io.openclickstream.flight.store;

import io.openclickstream.flight.log.Checkpoint;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.PutLog;
import io.openclickstream.flight.log.UnusableData;
import io.openclickstream.flight.table.Tables;
import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables that a folder holds, and its log, open to append. */
record Recovered(Tables tables, Entries entries, PutLog log) {
    private static final Logger LOG = LoggerFactory.getLogger(Recovered.class);

    /** @throws UnusableData when the folder's data cannot be used */
    static Recovered from(DataFolder folder, Tables.Limits limits, BufferAllocator allocator) throws IOException {
        Tables tables = new Tables(limits, allocator);
        try {
            Entries entries = new Entries(tables, allocator);
            long checkpoint = Checkpoint.read(folder, entries::replay);
            PutLog log = PutLog.open(
                    folder,
                    checkpoint,
                    entries::replay,
                    warning -> LOG.warn("cut a torn end off the log: {}", warning));
            log.prune(checkpoint);
            Checkpoint.deleteBefore(folder, checkpoint);
            return new Recovered(tables, entries, log);
        } catch (IOException | RuntimeException | Error e) {
            tables.close();
            if (e instanceof IOException && !(e instanceof UnusableData)) {
                throw new UnusableData(
                        "Cannot recover the tables in data.dir %s: %s.".formatted(folder.path(), e.getMessage()), e);
            }
            throw e;
        }
    }
}

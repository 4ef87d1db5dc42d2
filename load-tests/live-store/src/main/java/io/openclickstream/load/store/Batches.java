package io.openclickstream.load.store;

import io.openclickstream.load.live.Form;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.RowDigest;
import io.openclickstream.schemas.live.WriterOpening;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The table's rows in batches that can be put again and again, each row in one of them. */
final class Batches implements AutoCloseable {
    static final Form FORM = Form.SESSIONS;
    static final String LINEAGE = "00000000-0000-0000-0000-000000000001";
    static final String WRITER = "load-test";
    /** Rows lie in two hours of event time, as those of a job that is up to date. */
    private static final long SPAN_MILLIS = Duration.ofHours(2).toMillis();

    private final List<Batch> batches = new ArrayList<>();

    /** A batch of the put schema and the digest of its rows. */
    record Batch(VectorSchemaRoot rows, long digest) {}

    Batches(int rows, int batchRows, BufferAllocator allocator) {
        for (int first = 0; first + batchRows <= rows; first += batchRows) {
            VectorSchemaRoot batch = VectorSchemaRoot.create(FORM.table().putSchema(), allocator);
            FORM.fill(batch, first, batchRows, SPAN_MILLIS, 1);
            batches.add(new Batch(batch, RowDigest.of(batch)));
        }
    }

    int count() {
        return batches.size();
    }

    Batch get(int position) {
        return batches.get(position);
    }

    /** How a subtask opens. */
    static WriterOpening opening(int subtask, int parallelism) {
        return new WriterOpening(WriterOpening.VERSION, LINEAGE, WRITER, subtask, parallelism, 0, "load-test");
    }

    /** The header of a subtask's batch. */
    static PutHeader header(int subtask, int parallelism, long token, long epoch, long sequence, Batch batch) {
        return new PutHeader(
                PutHeader.VERSION,
                FORM.table().name(),
                LINEAGE,
                WRITER,
                subtask,
                parallelism,
                token,
                epoch,
                sequence,
                batch.digest(),
                Form.FIRST_MILLIS);
    }

    @Override
    public void close() {
        batches.forEach(batch -> batch.rows().close());
    }
}

package io.openclickstream.flight;

import io.openclickstream.schemas.live.LiveTable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Sessions as the job puts them, for tests. */
record SessionRows(
        String user,
        long startMillis,
        long endMillis,
        long clicks,
        String entryPage,
        String exitPage,
        String country,
        String device,
        String revenue,
        boolean isFinal) {

    /** The same session after so many clicks. */
    SessionRows clicked(long now) {
        return new SessionRows(
                user, startMillis, endMillis, now, entryPage, exitPage, country, device, revenue, isFinal);
    }

    static VectorSchemaRoot batch(List<SessionRows> rows, BufferAllocator allocator) {
        VectorSchemaRoot batch = VectorSchemaRoot.create(LiveTable.SESSIONS.putSchema(), allocator);
        for (int i = 0; i < rows.size(); i++) {
            SessionRows row = rows.get(i);
            text(batch, "session_id", i, "session of " + row.user);
            text(batch, "site_id", i, "shop");
            text(batch, "user_id", i, row.user);
            time(batch, "start_time", i, row.startMillis);
            time(batch, "end_time", i, row.endMillis);
            number(batch, "duration_ms", i, row.endMillis - row.startMillis);
            number(batch, "clicks", i, row.clicks);
            text(batch, "entry_page", i, row.entryPage);
            text(batch, "exit_page", i, row.exitPage);
            bit(batch, "is_final", i, row.isFinal);
            number(batch, "pages", i, row.clicks);
            text(batch, "country", i, row.country);
            text(batch, "device", i, row.device);
            number(batch, "orders", i, 0);
            text(batch, "revenue", i, row.revenue);
            bit(batch, "is_bounce", i, row.clicks == 1);
            number(batch, "revision", i, row.clicks);
            ((TinyIntVector) batch.getVector("_op")).setSafe(i, 0);
        }
        batch.setRowCount(rows.size());
        return batch;
    }

    private static void text(VectorSchemaRoot batch, String column, int row, String value) {
        ((VarCharVector) batch.getVector(column)).setSafe(row, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void time(VectorSchemaRoot batch, String column, int row, long value) {
        ((TimeStampMilliTZVector) batch.getVector(column)).setSafe(row, value);
    }

    private static void number(VectorSchemaRoot batch, String column, int row, long value) {
        ((BigIntVector) batch.getVector(column)).setSafe(row, value);
    }

    private static void bit(VectorSchemaRoot batch, String column, int row, boolean value) {
        ((BitVector) batch.getVector(column)).setSafe(row, value ? 1 : 0);
    }
}

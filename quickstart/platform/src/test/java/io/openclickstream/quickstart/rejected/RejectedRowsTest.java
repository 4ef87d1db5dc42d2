package io.openclickstream.quickstart.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.quickstart.rejected.RejectedRows.Selection;
import io.openclickstream.schemas.click.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RejectedRowsTest {
    @TempDir
    Path lake;

    /** A record without its bytes would be sent as an empty one. */
    @Test
    void recordsWhoseBytesWereNotKeptAreLeftOutAndCounted() throws Exception {
        Path hour = Files.createDirectories(lake.resolve("rejected/ingestion_hour=1"));
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement()) {
            statement.execute("""
                    COPY (SELECT 'clicks' AS kafka_topic, 0::INTEGER AS kafka_partition, n AS kafka_offset, reason,
                        make_timestamptz(n * 1000000) AS ingestion_time, NULL::BLOB AS raw_key, value AS raw_value
                    FROM (VALUES (1::BIGINT, 'NOT_JSON', NULL::BLOB), (2, 'NOT_JSON', encode('broken')),
                        (3, 'EMPTY_VALUE', NULL), (4, 'WRONG_TYPE', NULL)) t(n, reason, value))
                    TO '%s' (FORMAT parquet)""".formatted(hour.resolve("rows.parquet")));
        }
        List<Long> offsets = new ArrayList<>();
        long notKept = new RejectedRows(lake)
                .forEach(
                        new Selection(EnumSet.allOf(Reason.class), null, null),
                        (position, key, value) -> offsets.add(position.offset()));
        assertThat(offsets).containsExactly(2L, 3L);
        assertThat(notKept).isEqualTo(2);
    }
}

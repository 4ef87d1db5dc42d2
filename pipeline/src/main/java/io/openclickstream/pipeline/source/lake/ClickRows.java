package io.openclickstream.pipeline.source.lake;

import io.openclickstream.pipeline.source.Coverage;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * The covered clicks of one file of the lake's dataset {@code clicks}, as they were received. Their raw bytes are gone:
 * a click of the lake was accepted and cannot be refused. Amounts have all the digits of the column, {@code 12.5} comes
 * as {@code 12.500000000}.
 */
final class ClickRows implements Iterator<SourceRecord>, Closeable {
    private static final byte[] NO_BYTES = {};

    private final LakeFile file;
    private final Coverage coverage;
    private final ParquetFileReader reader;
    private final MessageColumnIO columns;
    private long rowsLeftInGroup;
    private @Nullable RecordReader<Group> rows;
    private long rowsRead;
    private long rowsTaken;
    private @Nullable SourceRecord next;

    /**
     * @param rowsTaken how many of its rows were read before
     */
    ClickRows(LakeFile file, Coverage coverage, long rowsTaken) throws IOException {
        this.file = file;
        this.coverage = coverage;
        reader = ParquetFileReader.open(file);
        MessageType schema = reader.getFileMetaData().getSchema();
        columns = new ColumnIOFactory().getColumnIO(schema);
        while (rowsRead < rowsTaken && read() != null) {
            this.rowsTaken = rowsRead;
        }
    }

    /** How many rows of the file were read for what was returned so far. */
    long rowsTaken() {
        return rowsTaken;
    }

    @Override
    public boolean hasNext() {
        try {
            while (next == null) {
                Group row = read();
                if (row == null) {
                    return false;
                }
                SourcePosition position = position(row);
                if (coverage.covers(position)) {
                    next = new SourceRecord(new ReceivedClick(click(row), position, null, NO_BYTES), null);
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            throw new UncheckedIOException(
                    new IOException("Cannot read the clicks of %s: %s".formatted(file.path(), e.getMessage()), e));
        }
    }

    @Override
    public SourceRecord next() {
        SourceRecord record = hasNext() ? next : null;
        if (record == null) {
            throw new NoSuchElementException();
        }
        next = null;
        rowsTaken = rowsRead;
        return record;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    private @Nullable Group read() throws IOException {
        while (rows == null || rowsLeftInGroup == 0) {
            PageReadStore group = reader.readNextRowGroup();
            if (group == null) {
                return null;
            }
            rowsLeftInGroup = group.getRowCount();
            rows = columns.getRecordReader(group, new GroupRecordConverter(columns.getType()));
        }
        rowsLeftInGroup--;
        rowsRead++;
        return rows.read();
    }

    private static SourcePosition position(Group row) {
        return new SourcePosition(
                row.getString("kafka_topic", 0),
                row.getInteger("kafka_partition", 0),
                row.getLong("kafka_offset", 0),
                millis(row, "ingestion_time"));
    }

    private static Click click(Group row) {
        return new Click(
                row.getString("event_id", 0),
                row.getString("site_id", 0),
                row.getString("user_id", 0),
                millis(row, "event_time"),
                has(row, "sent_at") ? Long.valueOf(millis(row, "sent_at")) : null,
                row.getString("event_type", 0),
                text(row, "url"),
                text(row, "page"),
                text(row, "referrer"),
                text(row, "utm_source"),
                text(row, "utm_medium"),
                text(row, "utm_campaign"),
                text(row, "utm_term"),
                text(row, "utm_content"),
                text(row, "country"),
                text(row, "device"),
                text(row, "os"),
                text(row, "browser"),
                amount(row),
                text(row, "currency"),
                properties(row.getGroup("properties", 0)));
    }

    private static boolean has(Group row, String column) {
        return row.getFieldRepetitionCount(column) > 0;
    }

    private static @Nullable String text(Group row, String column) {
        return has(row, column) ? row.getString(column, 0) : null;
    }

    /** Stored in microseconds, of which clicks use whole milliseconds. */
    private static long millis(Group row, String column) {
        return Math.floorDiv(row.getLong(column, 0), 1_000L);
    }

    private static @Nullable BigDecimal amount(Group row) {
        return has(row, "amount")
                ? new BigDecimal(new BigInteger(row.getBinary("amount", 0).getBytes()), Click.AMOUNT_SCALE)
                : null;
    }

    private static Map<String, String> properties(Group map) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int i = 0; i < map.getFieldRepetitionCount("key_value"); i++) {
            Group entry = map.getGroup("key_value", i);
            properties.put(entry.getString("key", 0), entry.getString("value", 0));
        }
        return properties;
    }
}

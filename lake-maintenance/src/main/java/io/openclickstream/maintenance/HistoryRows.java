package io.openclickstream.maintenance;

import io.openclickstream.lake.HistoryPlan;
import io.openclickstream.lake.LakeCatalog;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/**
 * Reads what a plan says of the lake: the rows that were final at its epoch. What was open then is the server's to tell,
 * by the plan's command. Ask {@link io.openclickstream.lake.LakeHistory#holds} when all is read.
 */
public final class HistoryRows {
    private HistoryRows() {}

    /**
     * The rows of the plan's span, in no particular order. They are read while they are asked for; close it in any case.
     * Columns that a file lacks are null.
     *
     * @param catalog of the lake for which the plan was made
     * @throws java.util.NoSuchElementException when the lake has no such table any more
     */
    public static CloseableIterable<Record> of(LakeCatalog catalog, HistoryPlan plan) {
        Table table = catalog.load(plan.table()).orElseThrow();
        Schema schema = table.schema();
        List<CloseableIterable<Record>> files = new ArrayList<>();
        for (DataFile file : plan.files()) {
            files.add(Parquet.read(table.io().newInputFile(file.location()))
                    .project(schema)
                    // Leaves out row groups; single rows are left out below.
                    .filter(span(plan))
                    .createReaderFunc(inFile -> GenericParquetReaders.buildReader(schema, inFile))
                    .build());
        }
        return CloseableIterable.filter(CloseableIterable.concat(files), row -> isWithin(plan, row));
    }

    private static Expression span(HistoryPlan plan) {
        Expression span = Expressions.alwaysTrue();
        if (plan.from() != null) {
            span = Expressions.and(span, Expressions.greaterThanOrEqual(plan.windowColumn(), micros(plan.from())));
        }
        return plan.before() == null
                ? span
                : Expressions.and(span, Expressions.lessThan(plan.windowColumn(), micros(plan.before())));
    }

    private static long micros(Instant time) {
        return Math.multiplyExact(time.toEpochMilli(), 1_000L);
    }

    private static boolean isWithin(HistoryPlan plan, Record row) {
        Instant time = ((OffsetDateTime) row.getField(plan.windowColumn())).toInstant();
        return (plan.from() == null || !time.isBefore(plan.from()))
                && (plan.before() == null || time.isBefore(plan.before()));
    }
}

package io.openclickstream.lake;

import java.util.List;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;

/**
 * One table of the lake.
 *
 * @param name such as {@code clicks}, or a metric's
 * @param folder of its files below the lake's root, such as {@code metrics/page_metrics}
 * @param schema with the field ids that stand in the files
 * @param sortedBy columns by which the rows of a file are sorted
 */
public record LakeTable(String name, String folder, Schema schema, List<String> sortedBy) {
    /** The column that every table has: when the latest click behind the row arrived in Kafka. */
    public static final String INGESTION_TIME = "ingestion_time";

    /** Files are kept apart by the hour of their ingestion. */
    public static final String INGESTION_HOUR = "ingestion_hour";

    /** By hour of ingestion: event time would touch old partitions with every late click. */
    public PartitionSpec partitions() {
        return PartitionSpec.builderFor(schema)
                .hour(INGESTION_TIME, INGESTION_HOUR)
                .build();
    }

    /** The order that compaction keeps. */
    public SortOrder order() {
        SortOrder.Builder order = SortOrder.builderFor(schema);
        sortedBy.forEach(order::asc);
        return order.build();
    }
}

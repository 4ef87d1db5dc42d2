package io.openclickstream.maintenance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;

/** Compares rows as a table says that they are sorted; those that it does not tell apart stay as they come. */
final class RowOrder implements Comparator<Record> {
    private record Column(int position, int direction) {}

    private final List<Column> columns = new ArrayList<>();

    /** Columns that are not in the schema, or sorted by something computed, end what is compared. */
    RowOrder(Schema schema, SortOrder order) {
        List<Types.NestedField> fields = schema.columns();
        for (SortField sorted : order.fields()) {
            Types.NestedField field = schema.findField(sorted.sourceId());
            if (field == null || !sorted.transform().isIdentity()) {
                break;
            }
            columns.add(new Column(fields.indexOf(field), sorted.direction() == SortDirection.ASC ? 1 : -1));
        }
    }

    @Override
    public int compare(Record one, Record other) {
        for (Column column : columns) {
            int compared = compared(one.get(column.position()), other.get(column.position()));
            if (compared != 0) {
                return compared * column.direction();
            }
        }
        return 0;
    }

    /** Columns that are sorted by hold texts, numbers and moments, which all compare with their like. */
    @SuppressWarnings({"unchecked", "NullAway"})
    private static int compared(Object one, Object other) {
        if (one == null || other == null) {
            return one == other ? 0 : one == null ? -1 : 1;
        }
        return ((Comparable<Object>) one).compareTo(other);
    }
}

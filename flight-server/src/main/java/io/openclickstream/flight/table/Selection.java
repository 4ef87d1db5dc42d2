package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.LiveMetadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Which columns and rows of a table are read, and in what order. Immutable; each method gives a narrower selection.
 *
 * <p>Without an order, rows come as a {@link TableSnapshot} has them. What a selection lets through, and in what batches
 * it comes, depends on the rows that pass only, never on those that don't.
 */
public final class Selection {
    private static final int MAX_VALUES = 256;

    private final TableSchema schema;
    private final List<Integer> columns;
    private final List<ValueFilter> filters;
    private final long fromMillis;
    private final long beforeMillis;
    private final Order order;
    private final long limit;

    /** The order of rows. */
    public enum Order {
        /** As they are kept: hours of event time ascending, in each the row that was changed last comes last. */
        STORED,
        /** By the window column, earliest first; rows of the same time as they are kept. */
        WINDOW,
        /** By the window column, latest first; rows of the same time as they are kept. */
        WINDOW_DESCENDING
    }

    private Selection(
            TableSchema schema,
            List<Integer> columns,
            List<ValueFilter> filters,
            long fromMillis,
            long beforeMillis,
            Order order,
            long limit) {
        this.schema = schema;
        this.columns = columns;
        this.filters = filters;
        this.fromMillis = fromMillis;
        this.beforeMillis = beforeMillis;
        this.order = order;
        this.limit = limit;
    }

    /** All rows and columns as they are kept. */
    public static Selection everything(TableSchema schema) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < schema.schema().getFields().size(); i++) {
            all.add(i);
        }
        return new Selection(
                schema, List.copyOf(all), List.of(), Long.MIN_VALUE, Long.MAX_VALUE, Order.STORED, Long.MAX_VALUE);
    }

    /**
     * Only these columns, in this order.
     *
     * @throws Refused INVALID when the table lacks one, or one is named twice
     */
    public Selection columns(List<String> names) throws Refused {
        List<Integer> chosen = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            chosen.add(position(name));
            if (!seen.add(name)) {
                throw Refused.invalid("Column %s is asked for twice.", name);
            }
        }
        return new Selection(schema, List.copyOf(chosen), filters, fromMillis, beforeMillis, order, limit);
    }

    /**
     * Only rows with one of these values in a column, beside all that was asked before.
     *
     * @param values as text; null for rows without a value
     * @throws Refused INVALID when the table lacks the column, or it cannot have or be asked for such values
     */
    public Selection where(String column, List<@Nullable String> values) throws Refused {
        if (values.size() > MAX_VALUES) {
            throw Refused.invalid(
                    "Column %s is asked for %d values, more than %d. Ask several times, or for all rows.",
                    column, values.size(), MAX_VALUES);
        }
        int position = position(column);
        List<ValueFilter> more = new ArrayList<>(filters);
        more.add(ValueFilter.anyOf(schema.schema().getFields().get(position), position, values));
        return new Selection(schema, columns, List.copyOf(more), fromMillis, beforeMillis, order, limit);
    }

    /**
     * Only rows whose window column lies in a span of event time.
     *
     * @param from first millisecond; null for no bound
     * @param before first millisecond that is left out; null for no bound
     * @throws Refused INVALID when the table has no window column
     */
    public Selection between(@Nullable Long from, @Nullable Long before) throws Refused {
        requireWindow("chosen by time");
        return new Selection(
                schema,
                columns,
                filters,
                from == null ? fromMillis : Math.max(from, fromMillis),
                before == null ? beforeMillis : Math.min(before, beforeMillis),
                order,
                limit);
    }

    /**
     * The same rows in another order.
     *
     * @throws Refused INVALID when the table has no window column to order by
     */
    public Selection orderBy(Order by) throws Refused {
        if (by != Order.STORED) {
            requireWindow("ordered by window");
        }
        return new Selection(schema, columns, filters, fromMillis, beforeMillis, by, limit);
    }

    /**
     * Only the first so many rows in the order. It holds for {@link RowCursor} and {@link Measure}; {@link Changes} know
     * no limit.
     *
     * @param rows 0 or more
     */
    public Selection limit(long rows) {
        return new Selection(schema, columns, filters, fromMillis, beforeMillis, order, Math.min(rows, limit));
    }

    /** The chosen columns. */
    public List<Field> fields() {
        return columns.stream().map(schema.schema().getFields()::get).toList();
    }

    /** The columns of changes: the chosen ones, of which only the key's are never null, and {@code _op}. */
    public List<Field> changeFields() {
        List<Field> fields = new ArrayList<>();
        for (int column : columns) {
            Field field = schema.schema().getFields().get(column);
            fields.add(
                    schema.keyColumns().contains(column)
                            ? field
                            : new Field(
                                    field.getName(),
                                    new FieldType(true, field.getType(), field.getDictionary(), field.getMetadata()),
                                    field.getChildren()));
        }
        fields.add(new Field(LiveMetadata.OP_COLUMN, new FieldType(false, new ArrowType.Int(8, true), null), null));
        return fields;
    }

    /** Whether the columns that identify a row are all chosen. */
    public boolean hasKey() {
        return columns.containsAll(schema.keyColumns());
    }

    /** Positions of the chosen columns in the table. */
    List<Integer> columns() {
        return columns;
    }

    Order order() {
        return order;
    }

    /** How many rows are read at most. */
    long limit() {
        return limit;
    }

    TableSchema schema() {
        return schema;
    }

    /** Whether only the first of the rows that pass are read. */
    public boolean isLimited() {
        return limit != Long.MAX_VALUE;
    }

    /** Whether every row passes; there may still be a limit to how many are read. */
    public boolean isEveryRow() {
        return filters.isEmpty() && !isBetween();
    }

    /** The hour of a chunk's rows; all lie in the same. */
    long windowOf(TableSnapshot.Part part) {
        int column = schema.windowColumn();
        return column < 0
                ? Windows.NONE
                : Windows.startOf(part.chunk().columns().get(column), 0);
    }

    /** Live rows of a chunk that pass, ascending. */
    Rows passing(TableSnapshot.Part part) {
        Rows live = Slot.liveRows(part.chunk(), part.dead(), part.live(), 0, Chunk.MAX_ROWS);
        if (isEveryRow()) {
            return live;
        }
        if (isBetween() && isOutside(windowOf(part))) {
            return new Rows(live.columns(), live.rows(), 0);
        }
        int[] passing = live.rows();
        int count = 0;
        for (int i = 0; i < live.count(); i++) {
            if (passes(live.columns(), passing[i])) {
                passing[count++] = passing[i];
            }
        }
        return new Rows(live.columns(), passing, count);
    }

    private boolean passes(List<? extends FieldVector> row, int at) {
        if (isBetween()) {
            FieldVector window = row.get(schema.windowColumn());
            if (window.isNull(at)) {
                return false;
            }
            long millis = Windows.millisOf(window, at);
            if (millis < fromMillis || millis >= beforeMillis) {
                return false;
            }
        }
        for (ValueFilter filter : filters) {
            if (!filter.passes(row, at)) {
                return false;
            }
        }
        return true;
    }

    private boolean isBetween() {
        return fromMillis != Long.MIN_VALUE || beforeMillis != Long.MAX_VALUE;
    }

    private boolean isOutside(long window) {
        long end = Windows.endOf(window);
        return window >= beforeMillis || (end <= fromMillis && end != Long.MAX_VALUE);
    }

    private int position(String column) throws Refused {
        int position = schema.indexOf(column);
        if (position < 0) {
            throw Refused.invalid(
                    "The table has no column '%s'. It has: %s.",
                    Shown.text(column),
                    String.join(
                            ", ",
                            schema.schema().getFields().stream()
                                    .map(Field::getName)
                                    .toList()));
        }
        return position;
    }

    private void requireWindow(String what) throws Refused {
        if (schema.windowColumn() < 0) {
            throw Refused.invalid("This table's rows cannot be %s: they have no window of event time.", what);
        }
    }
}

package io.openclickstream.flight.read;

import io.openclickstream.flight.store.TableView;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Selection.Order;
import io.openclickstream.flight.table.Shown;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to read. It says nothing of who asks.
 *
 * @param table the table's name
 * @param columns the columns, in this order; none for all
 * @param where per column, the values of which a row must have one; null stands for a row without a value
 * @param fromMillis first event time, by the table's window column; null for no bound
 * @param beforeMillis first event time that is left out; null for no bound
 * @param order of the rows
 * @param view which view of the table: {@code live}, or {@code committed}
 * @param epoch the checkpoint as of which a committed view is wanted; null for the latest
 * @param lineage whose table; null for the one that is served
 * @param completeThroughMillis event time through which the table must be complete; null for as it is
 * @param subscribe whether to be sent the changes as well, without an end
 * @param resume token of an earlier subscription to go on from; null to begin with all rows
 * @param limit how many rows are wanted at most, the first in the order; null for all
 */
public record ReadCommand(
        String table,
        List<String> columns,
        SortedMap<String, List<@Nullable String>> where,
        @Nullable Long fromMillis,
        @Nullable Long beforeMillis,
        Order order,
        String view,
        @Nullable Long epoch,
        @Nullable String lineage,
        @Nullable Long completeThroughMillis,
        boolean subscribe,
        @Nullable String resume,
        @Nullable Long limit) {

    public static final String LIVE = "live";
    public static final String COMMITTED = "committed";
    private static final Pattern LINEAGE = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    public ReadCommand {
        columns = List.copyOf(columns);
        SortedMap<String, List<@Nullable String>> copy = new TreeMap<>();
        where.forEach((column, values) -> copy.put(column, Collections.unmodifiableList(new ArrayList<>(values))));
        where = Collections.unmodifiableSortedMap(copy);
    }

    /** All of the live view of a table, as it is now. */
    public static ReadCommand of(String table) {
        return new ReadCommand(
                table, List.of(), new TreeMap<>(), null, null, Order.STORED, LIVE, null, null, null, false, null, null);
    }

    /** Which view of which table it is. */
    public TableView tableView() {
        return new TableView(table, view.equals(COMMITTED), epoch, lineage);
    }

    /** The same, but not before the table is complete through this time. */
    public ReadCommand completeThrough(@Nullable Long millis) {
        return new ReadCommand(
                table,
                columns,
                where,
                fromMillis,
                beforeMillis,
                order,
                view,
                epoch,
                lineage,
                millis,
                subscribe,
                resume,
                limit);
    }

    /** The same, going on from this token. */
    public ReadCommand resumingAt(@Nullable String token) {
        return new ReadCommand(
                table,
                columns,
                where,
                fromMillis,
                beforeMillis,
                order,
                view,
                epoch,
                lineage,
                completeThroughMillis,
                subscribe,
                token,
                limit);
    }

    /** The same of these columns. */
    ReadCommand withColumns(List<String> names) {
        return new ReadCommand(
                table,
                names,
                where,
                fromMillis,
                beforeMillis,
                order,
                view,
                epoch,
                lineage,
                completeThroughMillis,
                subscribe,
                resume,
                limit);
    }

    /**
     * Checks what can be checked without the table.
     *
     * @throws Refused INVALID when this server can never answer it
     */
    public ReadCommand checked() throws Refused {
        if (!view.equals(LIVE) && !view.equals(COMMITTED)) {
            throw Refused.invalid(
                    "There is no view '%s'. There are: live, committed. Leave 'view' out for live.", Shown.text(view));
        }
        if (epoch != null && (!view.equals(COMMITTED) || epoch < 0)) {
            throw Refused.invalid(
                    "Only the committed view can be read as of an epoch. Leave 'epoch' out, or add \"view\": \"committed\".");
        }
        if (lineage != null && !LINEAGE.matcher(lineage).matches()) {
            throw Refused.invalid("'lineage' is '%s', and must be a UUID in lower case.", Shown.text(lineage));
        }
        if (subscribe && (epoch != null || completeThroughMillis != null || order != Order.STORED || limit != null)) {
            throw Refused.invalid(
                    "A subscription follows a view as it changes: leave 'epoch', 'complete_through', 'order' and 'limit' out.");
        }
        if (limit != null && limit < 0) {
            throw Refused.invalid("'limit' is %d, and must be 0 or more. Leave it out for all rows.", limit);
        }
        if (resume != null && !subscribe) {
            throw Refused.invalid("Only a subscription goes on from a token. Add \"subscribe\": true.");
        }
        if (fromMillis != null && beforeMillis != null && fromMillis > beforeMillis) {
            throw Refused.invalid("'from' is later than 'before', so no row can be between them.");
        }
        return this;
    }
}

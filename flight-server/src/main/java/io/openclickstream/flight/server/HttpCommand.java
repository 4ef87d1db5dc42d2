package io.openclickstream.flight.server;

import io.openclickstream.flight.read.CommandJson;
import io.openclickstream.flight.read.ReadCommand;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Selection.Order;
import io.openclickstream.flight.table.Shown;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The same command as over Flight, in the query of a URL: {@code columns=a,b}, {@code where.site_id=shop} (again for
 * further values), {@code from}, {@code before}, {@code order}, {@code limit}, {@code view}, {@code epoch}, {@code
 * lineage}, {@code complete_through}; or all of it as JSON in {@code command}. With it goes {@code format}.
 */
record HttpCommand(ReadCommand command, @Nullable String format) {
    private static final String WHERE = "where.";
    private static final String KNOWN =
            "columns, where.COLUMN, from, before, order, limit, view, epoch, lineage, complete_through, command, format";

    /**
     * Reads a query.
     *
     * @param table from the path
     * @param query as it stands in the URL; null when there is none
     * @throws Refused INVALID when it is no command
     */
    static HttpCommand parse(String table, @Nullable String query) throws Refused {
        SortedMap<String, String> single = new TreeMap<>();
        SortedMap<String, List<@Nullable String>> where = new TreeMap<>();
        for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
            if (name.startsWith(WHERE)) {
                where.computeIfAbsent(name.substring(WHERE.length()), column -> new ArrayList<>())
                        .add(value);
            } else if (!List.of(KNOWN.split(", ")).contains(name)) {
                throw Refused.invalid("There is no parameter '%s'. There are: %s.", Shown.text(name), KNOWN);
            } else if (single.put(name, value) != null) {
                throw Refused.invalid("The parameter '%s' is given twice.", name);
            }
        }
        String format = single.remove("format");
        String json = single.remove("command");
        if (json != null) {
            return new HttpCommand(fromJson(table, json, single.isEmpty() && where.isEmpty()), format);
        }
        String columns = single.get("columns");
        String order = single.get("order");
        var command = new ReadCommand(
                table,
                columns == null ? List.of() : List.of(columns.split(",", -1)),
                where,
                millis(single, "from"),
                millis(single, "before"),
                order == null ? Order.STORED : CommandJson.order(order),
                single.getOrDefault("view", ReadCommand.LIVE),
                whole(single, "epoch"),
                single.get("lineage"),
                millis(single, "complete_through"),
                false,
                null,
                whole(single, "limit"));
        return new HttpCommand(command.checked(), format);
    }

    private static ReadCommand fromJson(String table, String json, boolean alone) throws Refused {
        if (!alone) {
            throw Refused.invalid(
                    "The parameter 'command' says all there is to say; only 'format' can stand beside it.");
        }
        ReadCommand command = CommandJson.read(json.getBytes(StandardCharsets.UTF_8));
        if (command.subscribe()) {
            throw Refused.invalid("Subscriptions are read over Flight, not over HTTP. Leave 'subscribe' out.");
        }
        if (!command.table().equals(table)) {
            throw Refused.invalid(
                    "The command is for table '%s', and the path for '%s'.",
                    Shown.text(command.table()), Shown.text(table));
        }
        return command;
    }

    private static @Nullable Long millis(SortedMap<String, String> single, String field) throws Refused {
        String text = single.get(field);
        return text == null ? null : CommandJson.millis(text, field);
    }

    private static @Nullable Long whole(SortedMap<String, String> single, String field) throws Refused {
        String text = single.get(field);
        try {
            return text == null ? null : Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw Refused.invalid("'%s' is '%s', and must be a whole number.", field, Shown.text(text));
        }
    }

    private static String decoded(String text) throws Refused {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refused.invalid("The query of the URL cannot be decoded at '%s'.", Shown.text(text));
        }
    }
}

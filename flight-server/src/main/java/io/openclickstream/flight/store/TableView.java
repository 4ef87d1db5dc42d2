package io.openclickstream.flight.store;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.table.Refused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which rows a reader asks for. As a command it is JSON, such as
 * {@code {"table":"sessions","view":"committed","epoch":12}}; in a ticket it is {@link #text}.
 *
 * @param table its name
 * @param view {@code live}, also when it is not given, or {@code committed}
 * @param epoch of a committed view; null for the latest
 * @param lineage whose table; null for the one that is served
 */
public record TableView(
        @JsonProperty(required = true) String table,
        @Nullable String view,
        @Nullable Long epoch,
        @Nullable String lineage) {
    private static final int MAX_BYTES = 4096;
    private static final String LIVE = "live";
    private static final String COMMITTED = "committed";
    private static final Pattern TEXT =
            Pattern.compile("([a-z][a-z0-9_]{0,62})(?:@(live|committed)(?:\\.(\\d{1,18}))?)?(?:~([0-9a-f-]{36}))?");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** The live view of a table of the served lineage. */
    public static TableView live(String table) {
        return new TableView(table, LIVE, null, null);
    }

    /**
     * Reads a command.
     *
     * @throws Refused INVALID when it is none; the message says how one looks
     */
    public static TableView ofCommand(byte[] command) throws Refused {
        String why;
        try {
            TableView view = command.length > MAX_BYTES ? null : JSON.readValue(command, TableView.class);
            if (view == null) {
                why = "it has more than " + MAX_BYTES + " bytes, or is null";
            } else if (TEXT.matcher(view.text()).matches() && (view.epoch() == null || view.isCommitted())) {
                return view;
            } else {
                why = "table, view or lineage is none, or an epoch is given without view committed";
            }
        } catch (JacksonException e) {
            why = e.getOriginalMessage();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw Refused.invalid(
                "Cannot read this command: %s. Write {\"table\":\"sessions\",\"view\":\"committed\"}, where view is live or "
                        + "committed, and \"epoch\":12 and \"lineage\":\"UUID\" may be added.",
                why.lines().findFirst().orElse(""));
    }

    /** Reads back what {@link #text} has written; null when it is no such text. */
    public static @Nullable TableView ofText(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        String epoch = matcher.group(3);
        return new TableView(
                String.valueOf(matcher.group(1)),
                matcher.group(2),
                epoch == null ? null : Long.valueOf(epoch),
                matcher.group(4));
    }

    /** Such as {@code sessions}, {@code sessions@committed.12} or {@code sessions@live~UUID}. */
    public String text() {
        return table
                + (view == null ? "" : "@" + view)
                + (epoch == null ? "" : "." + epoch)
                + (lineage == null ? "" : "~" + lineage);
    }

    boolean isCommitted() {
        return COMMITTED.equals(view);
    }
}

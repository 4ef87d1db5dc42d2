package io.openclickstream.quickstart.replay;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.quickstart.replay.Columns.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes clicks of a file's records. Pure: the same record at the same place makes the same bytes. A record without an
 * event id gets one of the file's digest and its line, so that sending the file again sends the same ids.
 *
 * @param columns which column says what
 * @param times how times are read
 * @param fileDigest names the file's content
 */
record ClickRows(Columns columns, EventTimes times, String fileDigest) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MAX_PROPERTIES = 256;

    /** A click, or why the record makes none. */
    sealed interface Made {
        record Click(FileClick click) implements Made {}

        record None(String reason) implements Made {}
    }

    /**
     * Makes a click of a record.
     *
     * @param record its values by lower-case name
     * @param lineNumber the line it begins in, from 1
     */
    Made click(Map<String, String> record, long lineNumber) {
        Optional<String> user = columns.value(Field.USER, record);
        if (user.isEmpty()) {
            return new Made.None("it names no user");
        }
        Optional<String> time = columns.value(Field.TIME, record);
        if (time.isEmpty()) {
            return new Made.None("it has no time");
        }
        OptionalLong millis = times.millis(time.get());
        if (millis.isEmpty()) {
            return new Made.None("its time cannot be read: " + RowParser.shown(time.get()));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("event_id", columns.value(Field.EVENT_ID, record).orElseGet(() -> fileDigest + "-" + lineNumber));
        json.put("user_id", user.get());
        json.put("event_time", millis.getAsLong());
        putText(json, record);
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        columns.others(record).forEach((name, value) -> {
            if (properties.size() < MAX_PROPERTIES) {
                properties.put(name, value);
            }
        });
        json.set("properties", properties);
        byte[] key = user.get().getBytes(StandardCharsets.UTF_8);
        return new Made.Click(new FileClick(millis.getAsLong(), key, bytes(json)));
    }

    private void putText(ObjectNode json, Map<String, String> record) {
        for (Field field : Field.values()) {
            String name =
                    switch (field) {
                        case USER, TIME, EVENT_ID -> "";
                        case SITE -> "site_id";
                        default -> field.name().toLowerCase(Locale.ROOT);
                    };
            if (!name.isEmpty()) {
                columns.value(field, record).ifPresent(value -> json.put(name, value));
            }
        }
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a tree of texts can always be written
        }
    }
}

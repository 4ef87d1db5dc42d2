package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.replay.Columns.Field;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to replay, and how.
 *
 * @param format null to find out
 * @param columns the columns that are not named as usual, by field, such as {@code event-id}
 * @param zone of times that name none
 * @param speed how many times faster than real time; infinite for as fast as it goes
 */
public record ReplaySettings(
        Path file, @Nullable FileFormat format, Map<String, String> columns, ZoneId zone, Order order, double speed) {
    /** In which order clicks are sent. */
    public enum Order {
        /** By event time; clicks of the same time as they stand in the file. Nothing is late. */
        EVENT_TIME,
        /** As they stand in the file. */
        FILE
    }

    public ReplaySettings {
        columns = Map.copyOf(columns);
    }

    /** As found out, in order of event time, as fast as it goes. */
    public static ReplaySettings of(Path file) {
        return new ReplaySettings(file, null, Map.of(), ZoneId.of("UTC"), Order.EVENT_TIME, Double.POSITIVE_INFINITY);
    }

    Columns chosenColumns() {
        Map<Field, String> chosen = new EnumMap<>(Field.class);
        columns.forEach((field, column) ->
                chosen.put(Field.valueOf(field.toUpperCase(Locale.ROOT).replace('-', '_')), column));
        return Columns.choosing(chosen);
    }
}

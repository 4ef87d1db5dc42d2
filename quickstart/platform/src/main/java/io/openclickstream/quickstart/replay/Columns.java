package io.openclickstream.quickstart.replay;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which column of a file says what. A field takes the first of its usual names that a record has; an option names the
 * column instead.
 *
 * @param chosen columns named by option, in lower case
 */
record Columns(Map<Field, String> chosen) {

    /** What a click is made of, each with the names that files usually give it, the most telling first. */
    enum Field {
        USER("user_id", "user", "uuid", "visitor_id", "host", "ip"),
        TIME("event_time", "timestamp", "time"),
        URL("url"),
        PAGE("page", "path"),
        EVENT_ID("event_id"),
        EVENT_TYPE("event_type"),
        SITE("site_id", "site"),
        REFERRER("referrer", "referer"),
        COUNTRY("country"),
        DEVICE("device"),
        OS("os"),
        BROWSER("browser"),
        AMOUNT("amount"),
        CURRENCY("currency"),
        UTM_SOURCE("utm_source"),
        UTM_MEDIUM("utm_medium"),
        UTM_CAMPAIGN("utm_campaign"),
        UTM_TERM("utm_term"),
        UTM_CONTENT("utm_content");

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<String> usualNames;

        Field(String... usualNames) {
            this.usualNames = List.of(usualNames);
        }

        /** The option that names this field's column, without dashes. */
        String option() {
            return "column." + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    Columns {
        chosen = Map.copyOf(chosen);
    }

    /** Columns by their usual names, save those named otherwise; blank names are no choice. */
    static Columns choosing(Map<Field, String> names) {
        Map<Field, String> chosen = new EnumMap<>(Field.class);
        names.forEach((field, name) -> {
            if (!name.isBlank()) {
                chosen.put(field, name.strip().toLowerCase(Locale.ROOT));
            }
        });
        return new Columns(chosen);
    }

    /** What a record says about a field. */
    Optional<String> value(Field field, Map<String, String> record) {
        String column = chosen.get(field);
        if (column != null) {
            return Optional.ofNullable(record.get(column));
        }
        return field.usualNames.stream().filter(record::containsKey).findFirst().map(record::get);
    }

    /** The values that no field takes. */
    Map<String, String> others(Map<String, String> record) {
        Set<String> taken = Set.copyOf(chosen.values());
        Set<String> usual = List.of(Field.values()).stream()
                .filter(field -> !chosen.containsKey(field))
                .flatMap(field ->
                        field.usualNames.stream().filter(record::containsKey).limit(1))
                .collect(Collectors.toSet());
        Map<String, String> others = new LinkedHashMap<>(record);
        others.keySet().removeAll(taken);
        others.keySet().removeAll(usual);
        return others;
    }

    /**
     * What is wrong with a table's header: a field that every click needs has no column, or a chosen column is not
     * there. Empty when nothing is.
     */
    Optional<String> wrongHeader(Collection<String> columns) {
        for (Map.Entry<Field, String> choice : chosen.entrySet()) {
            if (!columns.contains(choice.getValue())) {
                return Optional.of("it has no column '%s' (--%s). Its columns are: %s"
                        .formatted(choice.getValue(), choice.getKey().option(), String.join(", ", columns)));
            }
        }
        for (Field field : List.of(Field.USER, Field.TIME)) {
            if (!chosen.containsKey(field) && field.usualNames.stream().noneMatch(columns::contains)) {
                return Optional.of("none of its columns is a %s (%s). Name one with --%s. Its columns are: %s"
                        .formatted(
                                field.name().toLowerCase(Locale.ROOT),
                                String.join(", ", field.usualNames),
                                field.option(),
                                String.join(", ", columns)));
            }
        }
        return Optional.empty();
    }
}

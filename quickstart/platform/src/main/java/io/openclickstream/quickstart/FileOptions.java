package io.openclickstream.quickstart;

import io.openclickstream.quickstart.replay.FileFormat;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a file of clicks is read. */
final class FileOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}. Found out when left out.")
    @Nullable
    FileFormat format;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "Zone of times that name none, such as Europe/Berlin. Default: ${DEFAULT-VALUE}")
    ZoneId zone = ZoneId.of("UTC");

    @Option(names = "--column.user", paramLabel = "NAME", description = "Column that says who clicked.")
    @Nullable
    String userColumn;

    @Option(names = "--column.time", paramLabel = "NAME", description = "Column that says when.")
    @Nullable
    String timeColumn;

    @Option(names = "--column.url", paramLabel = "NAME", description = "Column with the URL.")
    @Nullable
    String urlColumn;

    @Option(names = "--column.page", paramLabel = "NAME", description = "Column with the page's name or path.")
    @Nullable
    String pageColumn;

    @Option(names = "--column.event-id", paramLabel = "NAME", description = "Column with the click's own id.")
    @Nullable
    String eventIdColumn;

    @Option(names = "--column.event-type", paramLabel = "NAME", description = "Column with the kind of click.")
    @Nullable
    String eventTypeColumn;

    @Option(names = "--column.site", paramLabel = "NAME", description = "Column with the site.")
    @Nullable
    String siteColumn;

    @Option(names = "--column.referrer", paramLabel = "NAME", description = "Column with the referrer.")
    @Nullable
    String referrerColumn;

    @Option(names = "--column.country", paramLabel = "NAME", description = "Column with the country.")
    @Nullable
    String countryColumn;

    @Option(names = "--column.amount", paramLabel = "NAME", description = "Column with an amount of money.")
    @Nullable
    String amountColumn;

    @Option(names = "--column.currency", paramLabel = "NAME", description = "Column with the amount's currency.")
    @Nullable
    String currencyColumn;

    /** The columns that are not named as usual, by field. */
    Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        put(columns, "user", userColumn);
        put(columns, "time", timeColumn);
        put(columns, "url", urlColumn);
        put(columns, "page", pageColumn);
        put(columns, "event-id", eventIdColumn);
        put(columns, "event-type", eventTypeColumn);
        put(columns, "site", siteColumn);
        put(columns, "referrer", referrerColumn);
        put(columns, "country", countryColumn);
        put(columns, "amount", amountColumn);
        put(columns, "currency", currencyColumn);
        return columns;
    }

    private static void put(Map<String, String> columns, String field, @Nullable String column) {
        if (column != null) {
            columns.put(field, column);
        }
    }
}

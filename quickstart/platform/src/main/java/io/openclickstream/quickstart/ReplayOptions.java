package io.openclickstream.quickstart;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import io.openclickstream.quickstart.replay.FileFormat;
import io.openclickstream.quickstart.replay.ReplaySettings;
import io.openclickstream.quickstart.replay.ReplaySettings.Order;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code ./clickstream replay}. */
@Command(
        sortOptions = false,
        description = {
            "Sends a file of clicks through the platform and says what became of them. Reads Apache and NGINX",
            "access logs, CSV and TSV with named columns, and NDJSON; plain or gzip.",
            ""
        })
final class ReplayOptions extends PlatformOptions {
    static final Program<ReplayOptions> PROGRAM =
            new Program<>("./clickstream replay", ReplayOptions.class, ReplayOptions::check);

    @Parameters(paramLabel = "FILE", arity = "1", description = "The file.")
    @Nullable
    Path file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}. Found out when left out.")
    @Nullable
    FileFormat format;

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            defaultValue = "event-time",
            description = "event-time: sorted by time; file: as the lines stand. Default: ${DEFAULT-VALUE}")
    String order = "event-time";

    @Option(
            names = "--speed",
            paramLabel = "SPEED",
            defaultValue = "max",
            description = "max: as fast as it goes; 60: an hour of the file in a minute. Default: ${DEFAULT-VALUE}")
    String speed = "max";

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

    @Override
    void check(Mistakes wrong) {
        super.check(wrong);
        wrong.require(order.equals("event-time") || order.equals("file"), "order", "must be event-time or file");
        wrong.require(
                speed.equals("max") || (speed.matches("\\d{1,6}(\\.\\d{1,3})?") && Double.parseDouble(speed) > 0),
                "speed",
                "must be max, or how many times faster than real time, such as 60");
    }

    ReplaySettings replay() {
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
        return new ReplaySettings(
                Objects.requireNonNull(file, "picocli asks for it"),
                format,
                columns,
                zone,
                order.equals("file") ? Order.FILE : Order.EVENT_TIME,
                speed.equals("max") ? Double.POSITIVE_INFINITY : Double.parseDouble(speed));
    }

    private static void put(Map<String, String> columns, String field, @Nullable String column) {
        if (column != null) {
            columns.put(field, column);
        }
    }
}

package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.pipeline.decide.metric.ValueType.Kind;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.Session;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a metric can read, as SQL sees it.
 *
 * @param <T> the rows
 * @param name in FROM
 * @param timeColumn the event time that puts a row into a window
 * @param timeMillis the value of that column
 * @param ingestionTimeMillis when its latest click was received
 */
public record MetricTable<T>(
        String name,
        String timeColumn,
        ToLongFunction<T> timeMillis,
        ToLongFunction<T> ingestionTimeMillis,
        List<Column<T>> columns) {

    /** Accepted clicks, each once. */
    public static final MetricTable<ReceivedClick> CLICKS = new MetricTable<>(
            "clicks",
            "event_time",
            received -> received.click().eventTimeMillis(),
            received -> received.source().ingestionTimeMillis(),
            List.of(
                    text("event_id", false, click -> click.click().eventId()),
                    text("site_id", false, click -> click.click().siteId()),
                    text("user_id", false, click -> click.click().userId()),
                    time("event_time", false, click -> click.click().eventTimeMillis()),
                    time("sent_at", true, click -> click.click().sentAtMillis()),
                    text("event_type", false, click -> click.click().eventType()),
                    text("url", true, click -> click.click().url()),
                    text("page", true, click -> click.click().page()),
                    text("referrer", true, click -> click.click().referrer()),
                    text("utm_source", true, click -> click.click().utmSource()),
                    text("utm_medium", true, click -> click.click().utmMedium()),
                    text("utm_campaign", true, click -> click.click().utmCampaign()),
                    text("utm_term", true, click -> click.click().utmTerm()),
                    text("utm_content", true, click -> click.click().utmContent()),
                    text("country", true, click -> click.click().country()),
                    text("device", true, click -> click.click().device()),
                    text("os", true, click -> click.click().os()),
                    text("browser", true, click -> click.click().browser()),
                    new Column<>(
                            "amount",
                            new ValueType(Kind.DECIMAL, Click.AMOUNT_SCALE),
                            true,
                            false,
                            click -> click.click().amount()),
                    text("currency", true, click -> click.click().currency()),
                    new Column<>("properties", ValueType.of(Kind.TEXT), true, true, click -> click.click()
                            .properties())));

    /** Final sessions, each once, in the window of their end. */
    public static final MetricTable<Session> SESSIONS = new MetricTable<>(
            "sessions",
            "end_time",
            Session::endMillis,
            Session::ingestionTimeMillis,
            List.of(
                    text("session_id", false, Session::sessionId),
                    text("site_id", false, Session::siteId),
                    text("user_id", false, Session::userId),
                    time("start_time", false, Session::startMillis),
                    time("end_time", false, Session::endMillis),
                    int64("duration_ms", Session::durationMillis),
                    int64("clicks", Session::clicks),
                    int64("pages", Session::pages),
                    text("entry_page", true, Session::entryPage),
                    text("exit_page", true, Session::exitPage),
                    text("referrer", true, session -> session.entry().referrer()),
                    text("utm_source", true, session -> session.entry().utmSource()),
                    text("utm_medium", true, session -> session.entry().utmMedium()),
                    text("utm_campaign", true, session -> session.entry().utmCampaign()),
                    text("country", true, session -> session.entry().country()),
                    text("device", true, session -> session.entry().device()),
                    int64("orders", Session::orders),
                    new Column<>("revenue", new ValueType(Kind.DECIMAL, Money.SCALE), true, true, MetricTable::revenue),
                    new Column<>("is_bounce", ValueType.of(Kind.BOOL), false, false, Session::isBounce),
                    text("close_reason", true, MetricTable::closeReason)));

    /** All tables, in the order in which a reader is told of them. */
    static List<MetricTable<?>> all() {
        return List.of(CLICKS, SESSIONS);
    }

    /**
     * One column.
     *
     * @param type of its values, or of its map's values
     * @param isMap from text to {@code type}
     * @param read takes the value out of a row, as the class that {@code type} says
     */
    public record Column<T>(
            String name, ValueType type, boolean isNullable, boolean isMap, Function<T, @Nullable Object> read) {}

    private static <T> Column<T> text(String name, boolean isNullable, Function<T, @Nullable Object> read) {
        return new Column<>(name, ValueType.of(Kind.TEXT), isNullable, false, read);
    }

    private static <T> Column<T> time(String name, boolean isNullable, Function<T, @Nullable Object> read) {
        return new Column<>(name, ValueType.of(Kind.TIME), isNullable, false, read);
    }

    private static <T> Column<T> int64(String name, Function<T, @Nullable Object> read) {
        return new Column<>(name, ValueType.of(Kind.INT64), false, false, read);
    }

    private static @Nullable String closeReason(Session session) {
        return session.closeReason() == null ? null : session.closeReason().name();
    }

    private static Map<String, BigDecimal> revenue(Session session) {
        Map<String, BigDecimal> byCurrency = new HashMap<>();
        session.revenue().forEach(money -> byCurrency.put(money.currency(), money.amount()));
        return byCurrency;
    }
}

package io.openclickstream.pipeline.decide.metric;

import io.openclickstream.pipeline.decide.metric.ValueType.Kind;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
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
 * @param click the row, when it is a click
 */
public record MetricTable<T>(
        String name,
        String timeColumn,
        ToLongFunction<T> timeMillis,
        ToLongFunction<T> ingestionTimeMillis,
        Function<T, @Nullable Click> click,
        List<Column<T>> columns) {

    /** Instead of a number in {@link ClickText}. */
    static final int NOT_A_CLICK_TEXT = -1;

    /** Accepted clicks, each once. */
    public static final MetricTable<ReceivedClick> CLICKS = new MetricTable<>(
            "clicks",
            "event_time",
            received -> received.click().eventTimeMillis(),
            received -> received.source().ingestionTimeMillis(),
            ReceivedClick::click,
            List.of(
                    clickText("event_id", false, ClickText.EVENT_ID, click -> click.click()
                            .eventId()),
                    clickText("site_id", false, ClickText.SITE_ID, click -> click.click()
                            .siteId()),
                    clickText("user_id", false, ClickText.USER_ID, click -> click.click()
                            .userId()),
                    time("event_time", false, click -> click.click().eventTimeMillis()),
                    time("sent_at", true, click -> click.click().sentAtMillis()),
                    clickText("event_type", false, ClickText.EVENT_TYPE, click -> click.click()
                            .eventType()),
                    clickText("url", true, ClickText.URL, click -> click.click().url()),
                    clickText(
                            "page", true, ClickText.PAGE, click -> click.click().page()),
                    clickText("referrer", true, ClickText.REFERRER, click -> click.click()
                            .referrer()),
                    clickText("utm_source", true, ClickText.UTM_SOURCE, click -> click.click()
                            .utmSource()),
                    clickText("utm_medium", true, ClickText.UTM_MEDIUM, click -> click.click()
                            .utmMedium()),
                    clickText("utm_campaign", true, ClickText.UTM_CAMPAIGN, click -> click.click()
                            .utmCampaign()),
                    clickText("utm_term", true, ClickText.UTM_TERM, click -> click.click()
                            .utmTerm()),
                    clickText("utm_content", true, ClickText.UTM_CONTENT, click -> click.click()
                            .utmContent()),
                    clickText("country", true, ClickText.COUNTRY, click -> click.click()
                            .country()),
                    clickText("device", true, ClickText.DEVICE, click -> click.click()
                            .device()),
                    clickText("os", true, ClickText.OS, click -> click.click().os()),
                    clickText("browser", true, ClickText.BROWSER, click -> click.click()
                            .browser()),
                    new Column<>(
                            "amount",
                            new ValueType(Kind.DECIMAL, Click.AMOUNT_SCALE),
                            true,
                            false,
                            NOT_A_CLICK_TEXT,
                            click -> click.click().amount()),
                    clickText("currency", true, ClickText.CURRENCY, click -> click.click()
                            .currency()),
                    new Column<>(
                            "properties", ValueType.of(Kind.TEXT), true, true, NOT_A_CLICK_TEXT, click -> click.click()
                                    .properties())));

    /** Final sessions, each once, in the window of their end. */
    public static final MetricTable<Session> SESSIONS = new MetricTable<>(
            "sessions",
            "end_time",
            Session::endMillis,
            Session::ingestionTimeMillis,
            session -> null,
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
                    new Column<>(
                            "revenue",
                            new ValueType(Kind.DECIMAL, Money.SCALE),
                            true,
                            true,
                            NOT_A_CLICK_TEXT,
                            MetricTable::revenue),
                    new Column<>(
                            "is_bounce", ValueType.of(Kind.BOOL), false, false, NOT_A_CLICK_TEXT, Session::isBounce),
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
     * @param clickText the column's number in {@link ClickText} when it is a text of a click, else {@link
     *     #NOT_A_CLICK_TEXT}
     * @param read takes the value out of a row, as the class that {@code type} says
     */
    public record Column<T>(
            String name,
            ValueType type,
            boolean isNullable,
            boolean isMap,
            int clickText,
            Function<T, @Nullable Object> read) {}

    private static Column<ReceivedClick> clickText(
            String name, boolean isNullable, int clickText, Function<ReceivedClick, @Nullable Object> read) {
        return new Column<>(name, ValueType.of(Kind.TEXT), isNullable, false, clickText, read);
    }

    private static <T> Column<T> text(String name, boolean isNullable, Function<T, @Nullable Object> read) {
        return new Column<>(name, ValueType.of(Kind.TEXT), isNullable, false, NOT_A_CLICK_TEXT, read);
    }

    private static <T> Column<T> time(String name, boolean isNullable, Function<T, @Nullable Object> read) {
        return new Column<>(name, ValueType.of(Kind.TIME), isNullable, false, NOT_A_CLICK_TEXT, read);
    }

    private static <T> Column<T> int64(String name, Function<T, @Nullable Object> read) {
        return new Column<>(name, ValueType.of(Kind.INT64), false, false, NOT_A_CLICK_TEXT, read);
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

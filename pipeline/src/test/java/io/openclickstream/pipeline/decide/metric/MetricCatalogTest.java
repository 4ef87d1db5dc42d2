package io.openclickstream.pipeline.decide.metric;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.metric.PanePart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricCatalogTest {
    private static final String FROM = "FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))";
    private static final String SESSIONS =
            "FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '1' MINUTE))";

    @ParameterizedTest
    @CsvSource(delimiter = '#', textBlock = """
            SELECT\\n  COUNT(*) AS n,\\n  nope\\n{from} GROUP BY window_start, nope # 3:3 # Column 'nope' not found
            SELECT COUNT(*) AS n\\n{from} GROUPE BY window_start # 2:86 # cannot read this as SQL
            SELECT COUNT(*) AS n {from} GROUP BY window_start ORDER BY 1 # 1:131 # one SELECT
            SELECT site_id {from} # 1:1 # GROUP BY window_start
            SELECT COUNT(*) AS n {from} GROUP BY window_start HAVING COUNT(*) > 1 # 1:1 # HAVING
            SELECT COUNT(*) AS n FROM clicks GROUP BY site_id # 1:1 # TUMBLE
            SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(sent_at), INTERVAL '1' MINUTE)) GROUP BY window_start # 1:1 # DESCRIPTOR(event_time)
            SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(start_time), INTERVAL '1' MINUTE)) GROUP BY window_start # 1:1 # DESCRIPTOR(end_time)
            SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '2' DAY)) GROUP BY window_start # 1:1 # 1 second to 1 day
            SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '0.5' SECOND)) GROUP BY window_start # 1:1 # 1 second to 1 day
            SELECT COUNT(*) AS n FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)) GROUP BY window_start # 1:1 # TUMBLE
            SELECT page, COUNT(*) AS n {from} GROUP BY window_start, page # 1:8 # write COALESCE(page, '(none)') AS page
            SELECT COUNT(*) AS n {from} GROUP BY window_start, site_id # 1:100 # every dimension of GROUP BY stands in SELECT
            SELECT site_id, COUNT(*) AS n {from} GROUP BY site_id # 1:109 # GROUP BY names window_start
            SELECT COUNT(*) {from} GROUP BY window_start # 1:8 # cannot be a column
            SELECT COUNT(*) AS is_final {from} GROUP BY window_start # 1:8 # cannot be a column
            SELECT window_start AS w, COUNT(*) AS n {from} GROUP BY window_start # 1:8 # window_start keeps its name
            SELECT COUNT(DISTINCT user_id) AS n {from} GROUP BY window_start # 1:1 # APPROX_COUNT_DISTINCT
            SELECT AVG(amount) AS n {from} GROUP BY window_start # 1:1 # SUM(x) / COUNT(x)
            SELECT SUM(CAST(amount AS DOUBLE)) AS n {from} GROUP BY window_start # 1:1 # depends on their order
            SELECT APPROX_QUANTILE(amount, 2) AS n {from} GROUP BY window_start # 1:1 # from 0 to 1
            SELECT MAX(event_id = 'a') AS n {from} GROUP BY window_start # 1:1 # truth values
            SELECT COUNT(*) FILTER (WHERE event_time < CURRENT_TIMESTAMP) AS n {from} GROUP BY window_start # 1:1 # not the same each time
            SELECT amount AS a, COUNT(*) AS n {from} WHERE amount IS NOT NULL GROUP BY window_start, amount # 1:8 # make it a text
            SELECT site_id,\\n user_id, COUNT(*) AS n {from} GROUP BY window_start, site_id, user_id # 2:2 # user_id shows user_id
            SELECT UPPER(user_id) AS who, COUNT(*) AS n {from} GROUP BY window_start, UPPER(user_id) # 1:8 # who shows user_id
            SELECT u AS who, COUNT(*) AS n FROM (SELECT *, SUBSTRING(user_id, 2) AS u {from}) GROUP BY window_start, u # 1:8 # who shows user_id
            SELECT CASE WHEN page IS NULL THEN user_id ELSE '-' END AS who, COUNT(*) AS n {from} GROUP BY window_start, CASE WHEN page IS NULL THEN user_id ELSE '-' END # 1:8 # who shows user_id
            SELECT CHAR_LENGTH(user_id) AS l, COUNT(*) AS n {from} GROUP BY window_start, CHAR_LENGTH(user_id) # 1:8 # l shows user_id
            SELECT event_id, COUNT(*) AS n {from} GROUP BY window_start, event_id # 1:8 # ask the lake's clicks
            SELECT COUNT(*) AS n, MAX(user_id) AS who {from} GROUP BY window_start # 1:23 # who shows user_id
            SELECT MIN(CAST(user_id AS BIGINT)) + 1 AS n {from} GROUP BY window_start # 1:8 # n shows user_id
            SELECT SUM(CAST(user_id AS BIGINT)) FILTER (WHERE page = '/') AS s {from} GROUP BY window_start # 1:8 # APPROX_COUNT_DISTINCT(user_id)
            SELECT APPROX_QUANTILE(CAST(user_id AS BIGINT), 0.5) AS q {from} GROUP BY window_start # 1:8 # q shows user_id
            SELECT session_id, COUNT(*) AS n {of_sessions} GROUP BY window_start, session_id # 1:8 # ask the lake's sessions
            """)
    void whatIsWrongIsSaidWithItsPlace(String sql, String place, String message) {
        String text = sql.replace("\\n", "\n").replace("{from}", FROM).replace("{of_sessions}", SESSIONS);
        assertThatThrownBy(() -> MetricCatalog.of(Map.of("m.sql", text)))
                .isInstanceOf(WrongCatalogException.class)
                .hasMessageContaining("m.sql:" + place + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void everyMistakeOfEveryFileIsToldAtOnce() {
        assertThatThrownBy(() -> MetricCatalog.of(Map.of(
                        "a.sql", "SELECT",
                        "Bad Name.sql", "SELECT 1",
                        "ledger.sql", "SELECT 1",
                        "b.sql",
                                "SELECT page, os, COUNT(*) AS N, COUNT(*) AS is_final " + FROM
                                        + " GROUP BY window_start, page, os")))
                .isInstanceOfSatisfying(WrongCatalogException.class, e -> assertThat(e.mistakes())
                        .satisfiesExactlyInAnyOrder(
                                line -> assertThat(line).startsWith("a.sql:1:6"),
                                line -> assertThat(line).startsWith("Bad Name.sql: "),
                                line -> assertThat(line).startsWith("ledger.sql: "),
                                line -> assertThat(line).startsWith("b.sql:1:8: dimension page"),
                                line -> assertThat(line).startsWith("b.sql:1:14: dimension os"),
                                line -> assertThat(line).startsWith("b.sql:1:18: 'N'"),
                                line -> assertThat(line).startsWith("b.sql:1:33: 'is_final'")));
    }

    @Test
    void dimensionsAndMeasuresAreAnyExpression() throws Exception {
        String sql = """
                -- How busy the sections are,
                -- by the hour.
                SELECT
                  UPPER(SPLIT_PART(page, '/', 2)) || ' ä日' AS section, -- the first part of the path
                  CASE WHEN event_type = 'purchase' THEN 'buys' ELSE 'looks' END AS what,
                  EXTRACT(HOUR FROM event_time) AS hour_of_day,
                  COUNT(*) AS clicks,
                  COUNT(amount) AS paid,
                  SUM(amount) AS revenue,
                  SUM(amount) FILTER (WHERE currency = 'EUR') AS eur,
                  SUM(CHAR_LENGTH(event_id)) AS letters,
                  CAST(SUM(amount) / COUNT(*) AS DECIMAL(20, 2)) AS per_click,
                  MIN(page) AS first_page,
                  MAX(event_time) AS latest
                FROM (SELECT * FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' HOUR)))
                WHERE page LIKE '/%'
                GROUP BY window_start, window_end, UPPER(SPLIT_PART(page, '/', 2)) || ' ä日',
                  CASE WHEN event_type = 'purchase' THEN 'buys' ELSE 'looks' END, EXTRACT(HOUR FROM event_time)
                """.replace("UPPER(SPLIT_PART(page, '/', 2))", "COALESCE(UPPER(SPLIT_PART(page, '/', 2)), '')");
        Metric metric = only(sql);
        assertThat(metric.description()).isEqualTo("How busy the sections are, by the hour.");
        assertThat(metric.sql()).doesNotContain("--").doesNotContain("\n").doesNotContain("  ");
        assertThat(metric.primaryKey()).containsExactly("window_start", "section", "what", "hour_of_day");
        assertThat(rows(
                        metric,
                        received(click("1", "ada", 3_600_000, "/shop/a", "0.10", "EUR")),
                        received(click("22", "bob", 3_600_001, "/shop/b", "0.20", "USD")),
                        received(click("3", "bob", 7_199_999, "/shop/c", null, null)),
                        received(click("4", "bob", 3_600_000, "none", null, null)),
                        received(click("5", "bob", 3_600_000, null, null, null)),
                        received(click("6", "bob", 7_200_000, "/", null, null))))
                .containsExactlyInAnyOrder(
                        "3600000 [SHOP ä日, looks, 1, 3, 2, 0.300000000, 0.100000000, 4, 0.10, /shop/a, 7199999]",
                        "7200000 [ ä日, looks, 2, 1, 0, null, null, 1, null, /, 7200000]");
    }

    /** A condition tells no more of a user than whether it holds. */
    @Test
    void idsMayBeComparedAndCounted() throws Exception {
        String kind = "CASE WHEN user_id LIKE 'test-%' THEN 'test' ELSE 'real' END";
        Metric metric = only("SELECT " + kind
                + " AS kind, COUNT(user_id) AS n, APPROX_COUNT_DISTINCT(user_id) AS users,"
                + " SUM(CASE WHEN user_id = 'ada' THEN 1 ELSE 0 END) AS of_ada, MIN(event_id) AS first_id " + FROM
                + " WHERE user_id <> 'bot' GROUP BY window_start, " + kind);
        assertThat(rows(
                        metric,
                        received(click("1", "ada", 0)),
                        received(click("2", "bob", 0)),
                        received(click("3", "test-1", 0)),
                        received(click("4", "bot", 0))))
                .satisfiesExactlyInAnyOrder(
                        row -> assertThat(row).startsWith("0 [real, 2, 2, ").endsWith(", 1, 1]"),
                        row -> assertThat(row).startsWith("0 [test, 1, 1, ").endsWith(", 0, 3]"));
    }

    @Test
    void whatNearlyEveryMetricComputesNeedsNoCodeMadeForIt() throws Exception {
        Metric metric = only("SELECT COALESCE(page, '(none)') AS page, COUNT(*) FILTER (WHERE currency = 'EUR') AS eur "
                + FROM + " WHERE event_type = 'page_view' GROUP BY window_start, COALESCE(page, '(none)')");
        assertThat(metric.where()).isEqualTo(new Expression.IsText(5, "page_view"));
        assertThat(metric.inputs())
                .contains(new Expression.TextOrElse(7, "(none)"))
                .noneMatch(Expression.Computed.class::isInstance);
        assertThat(rows(
                        metric,
                        received(click("1", "ada", 0, "/a ", "1", "EUR")),
                        received(click("2", "ada", 0, "/a", "1", "EUR ")),
                        received(click("3", "ada", 0, null, null, null))))
                .containsExactlyInAnyOrder("0 [/a , 1]", "0 [/a, 0]", "0 [(none), 0]");
    }

    /** Forms that look alike are still computed by Calcite. */
    @Test
    void aCoalesceOfOtherValuesIsNoPlainOne() throws Exception {
        Metric metric = only("SELECT COALESCE(page, referrer, '-') AS page, COALESCE(UPPER(os), '') AS os,"
                + " COALESCE(CAST(page AS CHAR(2)), 'none') AS short, COUNT(*) FILTER (WHERE currency = country) AS n "
                + FROM + " GROUP BY window_start, COALESCE(page, referrer, '-'), COALESCE(UPPER(os), ''),"
                + " COALESCE(CAST(page AS CHAR(2)), 'none')");
        assertThat(metric.inputs()).noneMatch(Expression.TextOrElse.class::isInstance);
        assertThat(rows(metric, received(click("1", "ada", 0, "/abc", null, null))))
                .containsExactly("0 [/abc, , /a, 0]");
    }

    @Test
    void anExpressionThatFailsOnARowIsNullThere() throws Exception {
        Metric metric = only(
                "SELECT site_id, COUNT(*) AS clicks, SUM(CAST(page AS BIGINT)) AS pages, COUNT(CAST(page AS BIGINT)) AS n "
                        + FROM + " GROUP BY window_start, site_id");
        int[] failures = new int[1];
        assertThat(rows(
                        metric,
                        () -> failures[0]++,
                        received(click("1", "ada", 0, "12", null, null)),
                        received(click("2", "ada", 0, "twelve", null, null))))
                .containsExactly("0 [shop, 2, 12, 1]");
        assertThat(failures[0]).isPositive();
    }

    @Test
    void aSumOfWholeNumbersIsNeverWrong() throws Exception {
        Metric metric = only("SELECT SUM(CAST(page AS BIGINT)) AS pages " + FROM + " GROUP BY window_start");
        String largest = String.valueOf(Long.MAX_VALUE);
        assertThat(rows(
                        metric,
                        received(click("1", "ada", 0, largest, null, null)),
                        received(click("2", "ada", 0, "5", null, null)),
                        received(click("3", "ada", 0, "-5", null, null))))
                .containsExactly("0 [" + largest + "]");
        assertThat(rows(
                        metric,
                        received(click("1", "ada", 0, largest, null, null)),
                        received(click("2", "ada", 0, "1", null, null))))
                .containsExactly("0 [null]");
    }

    @Test
    void windowsBefore1970BeginAtMultiplesToo() throws Exception {
        assertThat(rows(
                        only("SELECT COUNT(*) AS n " + FROM + " GROUP BY window_start"),
                        received(click("1", "ada", -1)),
                        received(click("2", "ada", -60_000))))
                .containsExactly("-60000 [2]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-- other words\nSELECT  COUNT(*)\n AS n /* why */ ", "SELECT COUNT(*) AS n "})
    void commentsAndWhiteSpaceAreNoChange(String select) throws Exception {
        assertThat(only(select + SESSIONS + " GROUP BY window_start").sql())
                .isEqualTo("SELECT COUNT(*) AS n " + SESSIONS + " GROUP BY window_start");
    }

    static Metric only(String sql) throws WrongCatalogException {
        return MetricCatalog.of(Map.of("m.sql", sql)).metrics().get(0);
    }

    private static List<String> rows(Metric metric, ReceivedClick... clicks) {
        return rows(metric, () -> {}, clicks);
    }

    private static List<String> rows(Metric metric, Runnable failed, ReceivedClick... clicks) {
        var tally = new PaneTally<>(MetricTable.CLICKS, List.of(metric), failed);
        for (ReceivedClick click : clicks) {
            tally.add(click);
        }
        List<PanePart> parts = new ArrayList<>();
        tally.drain(parts::add);
        var rows = new MetricRows(metric, failed);
        return parts.stream()
                .map(part -> part.key().windowStartMillis() + " " + Arrays.asList(rows.values(part.key(), part.pane())))
                .toList();
    }
}

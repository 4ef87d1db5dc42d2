package io.openclickstream.pipeline.decide.metric;

import static io.openclickstream.pipeline.TestClicks.click;
import static io.openclickstream.pipeline.TestClicks.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneKey;
import io.openclickstream.schemas.metric.PanePart;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Test;

/**
 * Whatever the order of the clicks, however they are spread over subtasks and however often a subtask sends its parts, a
 * metric's rows are those that DuckDB computes over all clicks at once.
 */
class MetricPropertiesTest {
    private static final String METRIC = """
            SELECT site_id, COALESCE(page, '(none)') AS page, COUNT(*) AS clicks, COUNT(amount) AS paid,
              COUNT(*) FILTER (WHERE user_id = 'u1') AS of_one, SUM(amount) AS revenue,
              SUM(amount) FILTER (WHERE currency = 'EUR') AS eur, MIN(amount) AS smallest, MAX(amount) AS largest,
              MIN(event_id) AS first_id, MAX(event_time) AS latest, SUM(CHAR_LENGTH(event_id)) AS letters,
              APPROX_COUNT_DISTINCT(user_id) AS users, APPROX_QUANTILE(CHAR_LENGTH(event_id), 0.5) AS median
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' SECOND))
            WHERE user_id <> 'bot'
            GROUP BY window_start, window_end, site_id, COALESCE(page, '(none)')
            """;
    private static final String ORACLE = """
            SELECT concat_ws('|', coalesce(page, '(none)'), event_time // 1000 * 1000, count(*), count(amount),
              count(*) FILTER (WHERE user_id = 'u1'), coalesce(sum(amount)::VARCHAR, 'null'),
              coalesce((sum(amount) FILTER (WHERE currency = 'EUR'))::VARCHAR, 'null'),
              coalesce(min(amount)::VARCHAR, 'null'), coalesce(max(amount)::VARCHAR, 'null'), min(event_id),
              max(event_time), sum(length(event_id)), count(DISTINCT user_id))
            FROM clicks WHERE user_id <> 'bot' GROUP BY coalesce(page, '(none)'), event_time // 1000 ORDER BY 1
            """;

    private static Connection duckdb;
    private static Metric metric;

    @BeforeContainer
    static void open() throws Exception {
        metric = MetricCatalogTest.only(METRIC);
        duckdb = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = duckdb.createStatement()) {
            statement.execute("CREATE TABLE clicks (event_id VARCHAR, user_id VARCHAR, event_time BIGINT, page VARCHAR,"
                    + " amount DECIMAL(27, 9), currency VARCHAR)");
        }
    }

    @AfterContainer
    static void close() throws SQLException {
        duckdb.close();
    }

    @Property
    void rowsAreThoseOfOneQueryOverAllClicks(@ForAll @IntRange(min = 1, max = 60) int count, @ForAll long seed)
            throws Exception {
        List<ReceivedClick> clicks = clicks(count, seed);
        assertThat(lines(counted(clicks, new Random(seed)))).isEqualTo(oracle(clicks));
    }

    @Property
    void anyOrderAndAnySplitGiveTheSameBits(
            @ForAll @IntRange(min = 1, max = 60) int count, @ForAll long seed, @ForAll long other) {
        List<ReceivedClick> clicks = clicks(count, seed);
        Map<PaneKey, Pane> expected = counted(clicks, new Random(seed));
        List<ReceivedClick> shuffled = new ArrayList<>(clicks);
        Collections.shuffle(shuffled, new Random(other));
        assertThat(bits(counted(shuffled, new Random(other)))).isEqualTo(bits(expected));
    }

    /** Beyond the size of a sketch an estimate must not depend on the order either. */
    @Test
    void moreUsersThanASketchHoldsAreEstimatedTheSameInAnyOrder() throws Exception {
        open();
        Metric users = MetricCatalogTest.only(
                "SELECT APPROX_COUNT_DISTINCT(user_id) AS users FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time),"
                        + " INTERVAL '1' MINUTE)) GROUP BY window_start");
        List<ReceivedClick> clicks = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            clicks.add(received(click("e", "user-" + i % 20_000, 0)));
        }
        List<String> first = null;
        for (int seed = 0; seed < 6; seed++) {
            Collections.shuffle(clicks, new Random(seed));
            Map<PaneKey, Pane> panes = new HashMap<>();
            int subtasks = 1 + seed * 3;
            for (int i = 0; i < subtasks; i++) {
                int from = clicks.size() * i / subtasks;
                int to = clicks.size() * (i + 1) / subtasks;
                mergeInto(panes, users, clicks.subList(from, to));
            }
            List<String> bits = bits(panes);
            first = first == null ? bits : first;
            assertThat(bits).isEqualTo(first);
            Object estimate = new MetricRows(users, () -> {})
                    .values(new PaneKey("m", 0, "[]"), panes.get(new PaneKey("m", 0, "[]")))[0];
            assertThat((Long) estimate).isBetween(19_000L, 21_000L);
        }
    }

    /** Amounts of up to nine digits after the point, of either sign, in parts of all sizes: to the last digit. */
    @Test
    void moneyOfTenMillionLinesIsExact() throws Exception {
        Metric money = MetricCatalogTest.only("SELECT SUM(amount) AS revenue, MAX(amount) AS largest FROM TABLE(TUMBLE("
                + "TABLE clicks, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)) GROUP BY window_start");
        Random random = new Random(10_000_000);
        long[] nanos = random.longs(10_007, -5_000_000_000L, 10_000_000_000L).toArray();
        List<ReceivedClick> lines = Arrays.stream(nanos)
                .mapToObj(amount -> received(
                        click("e", "u", 0, null, BigDecimal.valueOf(amount, 9).toPlainString(), "EUR")))
                .toList();
        var tally = new PaneTally<>(MetricTable.CLICKS, List.of(money), () -> {});
        Map<PaneKey, Pane> panes = new HashMap<>();
        long expected = 0;
        long largest = Long.MIN_VALUE;
        int untilDrained = 1;
        for (int i = 0; i < 10_000_000; i++) {
            int line = (int) ((i * 7_919L + i / 10_007) % lines.size());
            expected += nanos[line]; // at most 10^17, so that it cannot overflow
            largest = Math.max(largest, nanos[line]);
            tally.add(lines.get(line));
            if (--untilDrained == 0) {
                tally.drain(part -> merge(panes, money, part));
                untilDrained = 1 + random.nextInt(200_000);
            }
        }
        tally.drain(part -> merge(panes, money, part));
        Object[] row =
                new MetricRows(money, () -> {}).values(new PaneKey("m", 0, "[]"), panes.get(new PaneKey("m", 0, "[]")));
        assertThat(row[0]).isEqualTo(BigDecimal.valueOf(expected, 9));
        assertThat(row[1]).isEqualTo(BigDecimal.valueOf(largest, 9));
    }

    /** Every step counts a random part of the clicks on one of several subtasks, which send their parts when they like. */
    private static Map<PaneKey, Pane> counted(List<ReceivedClick> clicks, Random random) {
        Map<PaneKey, Pane> panes = new HashMap<>();
        List<PaneTally<ReceivedClick>> subtasks = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            subtasks.add(new PaneTally<>(MetricTable.CLICKS, List.of(metric), () -> {}));
        }
        for (ReceivedClick click : clicks) {
            PaneTally<ReceivedClick> subtask = subtasks.get(random.nextInt(subtasks.size()));
            subtask.add(click);
            if (random.nextInt(5) == 0) {
                subtask.drain(part -> merge(panes, metric, part));
            }
        }
        subtasks.forEach(subtask -> subtask.drain(part -> merge(panes, metric, part)));
        return panes;
    }

    private static void mergeInto(Map<PaneKey, Pane> panes, Metric counted, List<ReceivedClick> clicks) {
        var tally = new PaneTally<>(MetricTable.CLICKS, List.of(counted), () -> {});
        clicks.forEach(tally::add);
        tally.drain(part -> merge(panes, counted, part));
    }

    private static void merge(Map<PaneKey, Pane> panes, Metric counted, PanePart part) {
        panes.merge(part.key(), part.pane(), new PaneMerger(counted)::merge);
    }

    private static List<ReceivedClick> clicks(int count, long seed) {
        Random random = new Random(seed);
        List<ReceivedClick> clicks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean isPaid = random.nextInt(3) == 0;
            clicks.add(received(click(
                    "e".repeat(1 + random.nextInt(9)) + i,
                    random.nextInt(12) == 0 ? "bot" : "u" + random.nextInt(8),
                    random.nextInt(4_000),
                    random.nextInt(4) == 0 ? null : "/" + random.nextInt(3),
                    isPaid ? new BigDecimal(random.nextLong()).movePointLeft(9).toPlainString() : null,
                    isPaid ? (random.nextBoolean() ? "EUR" : "JPY") : null)));
        }
        return clicks;
    }

    /** The rows as text, without the sketches and the quantile, which DuckDB computes in another way. */
    private static List<String> lines(Map<PaneKey, Pane> panes) {
        var rows = new MetricRows(metric, () -> {});
        List<String> lines = new ArrayList<>();
        panes.forEach((key, pane) -> {
            Object[] row = rows.values(key, pane);
            List<String> values = new ArrayList<>(List.of(row[1].toString(), Long.toString(key.windowStartMillis())));
            Arrays.stream(row)
                    .skip(2)
                    .limit(11)
                    .forEach(value -> values.add(
                            value instanceof BigDecimal exact ? exact.toPlainString() : String.valueOf(value)));
            lines.add(String.join("|", values));
        });
        Collections.sort(lines);
        return lines;
    }

    private static List<String> bits(Map<PaneKey, Pane> panes) {
        Map<String, String> bits = new TreeMap<>();
        panes.forEach((key, pane) -> bits.put(
                key.toString(),
                pane.ingestionTimeMillis() + ":" + HexFormat.of().formatHex(pane.measures())));
        return bits.entrySet().stream().map(Object::toString).toList();
    }

    private static List<String> oracle(List<ReceivedClick> clicks) throws SQLException {
        try (Statement statement = duckdb.createStatement()) {
            statement.execute("TRUNCATE clicks");
            StringBuilder rows = new StringBuilder("INSERT INTO clicks VALUES ");
            for (ReceivedClick received : clicks) {
                Click click = received.click();
                rows.append("('%s', '%s', %d, %s, %s, %s),"
                        .formatted(
                                click.eventId(),
                                click.userId(),
                                click.eventTimeMillis(),
                                click.page() == null ? "NULL" : "'" + click.page() + "'",
                                click.amount() == null ? "NULL" : click.amount().toPlainString(),
                                click.currency() == null ? "NULL" : "'" + click.currency() + "'"));
            }
            statement.execute(rows.substring(0, rows.length() - 1));
            List<String> lines = new ArrayList<>();
            try (ResultSet results = statement.executeQuery(ORACLE)) {
                while (results.next()) {
                    lines.add(results.getString(1));
                }
            }
            Collections.sort(lines);
            return lines;
        }
    }
}

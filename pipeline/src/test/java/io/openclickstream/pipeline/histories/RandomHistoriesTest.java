package io.openclickstream.pipeline.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricRows;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.histories.History.Step;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.Session;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Whatever the order of the clicks, the partitions and subtasks they are spread over and the moments at which the job
 * crashes, is stopped or resumed with another number of subtasks: the final sessions and metrics are those of one SQL
 * query over all clicks.
 *
 * <p>{@code -Dhistories=NUMBER} tries more of them, {@code -Dhistory.seed=SEED} tries one again that failed.
 */
class RandomHistoriesTest {
    private static final Duration GAP = Duration.ofSeconds(30);
    private static final Duration LATENESS = Duration.ofSeconds(5);
    private static final SessionRules RULES = new SessionRules(GAP, LATENESS, Duration.ofSeconds(100));
    private static final long WINDOW_MILLIS = 10_000;
    private static final Map<String, String> METRICS = Map.of("by_user.sql", """
            SELECT site_id, user_id, COUNT(*) AS clicks, SUM(amount) AS revenue, MIN(event_time) AS first,
              MAX(event_id) AS largest_id, APPROX_COUNT_DISTINCT(page) AS pages
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
            GROUP BY window_start, site_id, user_id
            """, "lengths.sql", """
            SELECT site_id, COUNT(*) AS sessions, SUM(clicks) AS clicks, SUM(duration_ms) AS duration_ms
            FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '10' SECOND))
            GROUP BY window_start, site_id
            """);

    @Test
    void finalSessionsAndMetricsAreThoseOfOneQuery() throws Exception {
        MetricCatalog catalog = MetricCatalog.of(METRICS);
        Long chosen = Long.getLong("history.seed");
        long first = chosen == null ? 20_261_125 : chosen;
        long count = chosen == null ? Long.getLong("histories", 300) : 1;
        try (Oracle oracle = new Oracle(GAP.toMillis(), WINDOW_MILLIS)) {
            for (long seed = first; seed < first + count; seed++) {
                Random random = new Random(seed);
                History history = History.random(random, LATENESS.toMillis());
                oracle.take(history.clicks());
                Result result = run(history, catalog, random);
                assertThat(result.sessions())
                        .as("sessions, -Dhistory.seed=%d", seed)
                        .isEqualTo(oracle.sessions());
                assertThat(result.metrics())
                        .as("metrics, -Dhistory.seed=%d", seed)
                        .isEqualTo(oracle.metrics());
                assertThat(result.leftBehind())
                        .as("left in state, -Dhistory.seed=%d", seed)
                        .isZero();
            }
        }
    }

    private record Result(List<String> sessions, List<String> metrics, int leftBehind) {}

    /** Runs the steps; at some of them the job is stopped in order, at others it is lost with all since its snapshot. */
    private static Result run(History history, MetricCatalog catalog, Random random) throws Exception {
        List<Session> sessions = new ArrayList<>();
        List<PaneResult> panes = new ArrayList<>();
        List<Step> steps = history.steps();
        SmallJob.Snapshot snapshot = null;
        int snapshotAt = 0;
        SmallJob job = new SmallJob(RULES, catalog, 1 + random.nextInt(3), null);
        int crashesLeft = random.nextInt(3);
        for (int i = 0; i < steps.size(); ) {
            Step step = steps.get(i++);
            if (step.click() == null) {
                job.watermark(step.watermark());
            } else {
                job.click(step.click());
            }
            int chance = random.nextInt(20);
            if (chance == 0) {
                job.interval();
            } else if (chance == 1) {
                snapshot = job.snapshot(i);
                snapshotAt = i;
                sessions.addAll(job.finalSessions());
                panes.addAll(job.finalPanes());
                job.close();
                job = resumed(snapshot, steps, snapshotAt, catalog, random);
            } else if (chance == 2 && crashesLeft > 0) {
                crashesLeft--;
                job.close();
                i = snapshotAt;
                job = resumed(snapshot, steps, snapshotAt, catalog, random);
            }
        }
        try (SmallJob last = job) {
            last.watermark(Long.MAX_VALUE - 1);
            sessions.addAll(last.finalSessions());
            panes.addAll(last.finalPanes());
            return new Result(lines(sessions), lines(panes, catalog), last.leftBehind());
        }
    }

    private static SmallJob resumed(
            SmallJob.Snapshot snapshot, List<Step> steps, int at, MetricCatalog catalog, Random random)
            throws Exception {
        SmallJob job = new SmallJob(RULES, catalog, 1 + random.nextInt(3), snapshot);
        if (at > 0 && random.nextBoolean()) {
            job.watermark(steps.get(at - 1).watermark()); // sources may tell of event time before the first click
        }
        return job;
    }

    private static List<String> lines(List<Session> sessions) {
        return sessions.stream()
                .map(session -> {
                    Map<String, BigDecimal> revenue =
                            session.revenue().stream().collect(Collectors.toMap(Money::currency, Money::amount));
                    return join(
                            session.siteId(),
                            session.userId(),
                            session.startMillis(),
                            session.endMillis(),
                            session.clicks(),
                            session.pages(),
                            session.orders(),
                            revenue.get("EUR"),
                            revenue.get("JPY"),
                            session.entryPage(),
                            session.exitPage(),
                            firstReceived(session));
                })
                .sorted()
                .toList();
    }

    /** The event id that the session is named by; ids are few, so it can be found by trying. */
    private static String firstReceived(Session session) {
        for (int i = 0; i < 60; i++) {
            String name = session.siteId() + '\0' + session.userId() + "\0e" + i;
            if (UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                    .toString()
                    .equals(session.sessionId())) {
                return "e" + i;
            }
        }
        return session.sessionId();
    }

    private static List<String> lines(List<PaneResult> panes, MetricCatalog catalog) {
        return panes.stream()
                .map(pane -> {
                    Metric metric =
                            Objects.requireNonNull(catalog.find(pane.key().metric()));
                    Object[] row = new MetricRows(metric, () -> {}).values(pane.key(), pane.pane());
                    boolean isByUser = metric.name().equals("by_user");
                    return isByUser
                            ? join(
                                    metric.name(),
                                    row[0],
                                    row[1],
                                    pane.key().windowStartMillis(),
                                    row[2],
                                    row[3],
                                    row[4],
                                    row[5],
                                    row[6])
                            : join(metric.name(), row[0], pane.key().windowStartMillis(), row[1], row[2], row[3]);
                })
                .sorted()
                .toList();
    }

    private static String join(Object... values) {
        return Arrays.stream(values)
                .map(value -> value == null
                        ? "-"
                        : value instanceof BigDecimal exact ? exact.toPlainString() : value.toString())
                .collect(Collectors.joining("|"));
    }
}

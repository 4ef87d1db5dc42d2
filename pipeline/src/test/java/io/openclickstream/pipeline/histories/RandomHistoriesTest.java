package io.openclickstream.pipeline.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.metric.MetricRows;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.histories.History.Step;
import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.Session;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the order of the clicks, the partitions and subtasks they are spread over and the moments at which the job
 * crashes, is stopped or resumed with another number of subtasks: the final sessions and metrics are those of one SQL
 * query over all clicks.
 *
 * <p>{@code -Dhistories=NUMBER} tries more of them, {@code -Dhistory.seed=SEED} tries one again that failed.
 */
class RandomHistoriesTest {
    /** How many histories without pseudonyms are tried for each with: what these add is small and takes longer. */
    private static final long PLAIN_FOR_EACH = 5;

    private static final Duration GAP = Duration.ofSeconds(30);
    private static final Duration LATENESS = Duration.ofSeconds(5);
    private static final SessionRules RULES = new SessionRules(GAP, LATENESS, Duration.ofSeconds(100));
    private static final long WINDOW_MILLIS = 10_000;
    private static final Map<String, String> METRICS = Map.of("by_page.sql", """
            SELECT site_id, COALESCE(page, '-') AS page, COUNT(*) AS clicks, SUM(amount) AS revenue,
              MIN(event_time) AS first, MAX(event_id) AS largest_id, APPROX_COUNT_DISTINCT(user_id) AS users
            FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
            GROUP BY window_start, site_id, COALESCE(page, '-')
            """, "lengths.sql", """
            SELECT site_id, COUNT(*) AS sessions, SUM(clicks) AS clicks, SUM(duration_ms) AS duration_ms
            FROM TABLE(TUMBLE(TABLE sessions, DESCRIPTOR(end_time), INTERVAL '10' SECOND))
            GROUP BY window_start, site_id
            """);

    @TempDir
    Path folder;

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
                Result result = run(history, catalog, random, null);
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

    /**
     * With pseudonyms, and keys that change in the middle of sessions: the final sessions are the same, each under the
     * pseudonym of its beginning; clicks and what is counted of them show that of their own time; and what the lake keeps
     * of the clicks gives the same sessions again, to the id.
     */
    @Test
    void pseudonymsChangeNothingButTheUserIds() throws Exception {
        MetricCatalog catalog = MetricCatalog.of(METRICS);
        Long chosen = Long.getLong("history.seed");
        long first = chosen == null ? 20_261_126 : chosen;
        long count = chosen == null ? Math.max(1, Long.getLong("histories", 300) / PLAIN_FOR_EACH) : 1;
        try (Oracle oracle = new Oracle(GAP.toMillis(), WINDOW_MILLIS)) {
            for (long seed = first; seed < first + count; seed++) {
                Random random = new Random(seed);
                History history = History.random(random, LATENESS.toMillis());
                RotatingKeys keys = RotatingKeys.random(random, folder.resolve("keys-" + seed));
                Result result = run(history, catalog, random, keys.settings(PseudonymSettings.Source.SENT));

                oracle.take(history.clicks());
                assertThat(keys.named(result.finalSessions()))
                        .as("sessions, -Dhistory.seed=%d", seed)
                        .isEqualTo(keys.shownSessions(oracle.sessions()));
                List<String> lengths = ofMetric("lengths", oracle.metrics());
                oracle.take(keys.shown(history.clicks()));
                assertThat(ofMetric("by_page", result.metrics()))
                        .as("metrics by page, -Dhistory.seed=%d", seed)
                        .isEqualTo(ofMetric("by_page", oracle.metrics()));
                assertThat(ofMetric("lengths", result.metrics()))
                        .as("metrics of sessions, -Dhistory.seed=%d", seed)
                        .isEqualTo(lengths);
                assertThat(result.leftBehind())
                        .as("left in state, -Dhistory.seed=%d", seed)
                        .isZero();
                assertThat(withoutRevision(recomputed(result.accepted(), catalog, keys, random)))
                        .as("computed again from the clicks, -Dhistory.seed=%d", seed)
                        .containsExactlyInAnyOrderElementsOf(withoutRevision(result.finalSessions()));
            }
        }
    }

    private static List<String> ofMetric(String name, List<String> lines) {
        return lines.stream().filter(line -> line.startsWith(name + "|")).toList();
    }

    /** As {@code recompute} does: bounded, in any order, with nothing late. */
    private static List<Session> recomputed(
            List<ReceivedClick> accepted, MetricCatalog catalog, RotatingKeys keys, Random random) throws Exception {
        List<ReceivedClick> clicks = new ArrayList<>(accepted);
        Collections.shuffle(clicks, random);
        var settings = keys.settings(PseudonymSettings.Source.SHOWN);
        try (SmallJob job = new SmallJob(RULES, catalog, 1 + random.nextInt(3), null, settings)) {
            for (ReceivedClick click : clicks) {
                job.click(RotatingKeys.asInTheLake(click));
            }
            job.watermark(Long.MAX_VALUE - 1);
            return job.finalSessions();
        }
    }

    private static List<String> withoutRevision(List<Session> sessions) {
        return sessions.stream()
                .map(session -> session.toString().replaceFirst("revision=\\d+", ""))
                .toList();
    }

    private record Result(
            List<String> sessions,
            List<String> metrics,
            int leftBehind,
            List<Session> finalSessions,
            List<ReceivedClick> accepted) {}

    /** Runs the steps; at some of them the job is stopped in order, at others it is lost with all since its snapshot. */
    private static Result run(
            History history, MetricCatalog catalog, Random random, @Nullable PseudonymSettings pseudonyms)
            throws Exception {
        List<ReceivedClick> accepted = new ArrayList<>();
        List<Session> sessions = new ArrayList<>();
        List<PaneResult> panes = new ArrayList<>();
        List<Step> steps = history.steps();
        SmallJob.Snapshot snapshot = null;
        int snapshotAt = 0;
        SmallJob job = new SmallJob(RULES, catalog, 1 + random.nextInt(3), null, pseudonyms);
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
                accepted.addAll(job.accepted());
                job.close();
                job = resumed(snapshot, steps, snapshotAt, catalog, random, pseudonyms);
            } else if (chance == 2 && crashesLeft > 0) {
                crashesLeft--;
                job.close();
                i = snapshotAt;
                job = resumed(snapshot, steps, snapshotAt, catalog, random, pseudonyms);
            }
        }
        try (SmallJob last = job) {
            last.watermark(Long.MAX_VALUE - 1);
            sessions.addAll(last.finalSessions());
            panes.addAll(last.finalPanes());
            accepted.addAll(last.accepted());
            return new Result(lines(sessions), lines(panes, catalog), last.leftBehind(), sessions, accepted);
        }
    }

    private static SmallJob resumed(
            SmallJob.Snapshot snapshot,
            List<Step> steps,
            int at,
            MetricCatalog catalog,
            Random random,
            @Nullable PseudonymSettings pseudonyms)
            throws Exception {
        SmallJob job = new SmallJob(RULES, catalog, 1 + random.nextInt(3), snapshot, pseudonyms);
        if (at > 0 && random.nextBoolean()) {
            job.watermark(steps.get(at - 1).watermark()); // sources may tell of event time before the first click
        }
        return job;
    }

    static List<String> lines(List<Session> sessions) {
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
                    boolean isByUser = metric.name().equals("by_page");
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

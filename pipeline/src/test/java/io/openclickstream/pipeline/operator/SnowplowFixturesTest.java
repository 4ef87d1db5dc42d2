package io.openclickstream.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.Decoded.Trusted;
import io.openclickstream.pipeline.decide.click.RawClick;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.api.Test;

/**
 * Snowplow's own test events through our session operator, against the sessions and users that Snowplow's web model
 * makes of them. Where the two differ, the user stands in {@link #DECLARED} with the rule that causes it; a difference
 * that is not declared fails, and so does a declared one that is none.
 *
 * <p>Snowplow believes the session id that the browser made; we go by the gap between a user's clicks alone.
 */
class SnowplowFixturesTest {
    private static final Path FIXTURES = Path.of("../../shared/data/snowplow-web");
    private static final Duration GAP = Duration.ofMinutes(30);
    private static final String NONE = "";

    /** Why our sessions of a user are not Snowplow's. */
    private enum Rule {
        /** Events of an app that the web model leaves out: it starts from page views and pings only. */
        NO_PAGE_VIEW_OR_PING_COUNTS_TOO,
        /** Snowplow takes a ping's heartbeat off the start and counts a view that it never saw. */
        A_SESSION_STARTS_WITH_ITS_FIRST_CLICK,
        /** Two ids from the browser within one gap are one session to us. */
        SESSIONS_OF_A_USER_NEVER_OVERLAP,
        /** One id from the browser under several users is one session per user to us. */
        A_SESSION_HAS_ONE_USER,
        /** An id from the browser that comes back after the gap is a new session to us. */
        THE_GAP_ENDS_A_SESSION,
        /** The same view sent twice under different event ids is two clicks to us. */
        DUPLICATES_GO_BY_EVENT_ID,
        /** Snowplow leaves out events whose device clock disagrees, or that lack a view or session id. */
        EVERY_TRUSTED_CLICK_COUNTS,
        /** A click without a user is refused. */
        A_CLICK_NEEDS_A_USER
    }

    private static final Map<String, Rule> DECLARED = Map.ofEntries(
            Map.entry("0691aa", Rule.A_SESSION_STARTS_WITH_ITS_FIRST_CLICK),
            Map.entry("b3c883", Rule.A_SESSION_STARTS_WITH_ITS_FIRST_CLICK),
            Map.entry("066d5a", Rule.SESSIONS_OF_A_USER_NEVER_OVERLAP),
            Map.entry("24837e", Rule.SESSIONS_OF_A_USER_NEVER_OVERLAP),
            Map.entry("0e9ab9", Rule.A_SESSION_HAS_ONE_USER),
            Map.entry("1f72f3", Rule.A_SESSION_HAS_ONE_USER),
            Map.entry("2e340e", Rule.A_SESSION_HAS_ONE_USER),
            Map.entry("12c98e", Rule.THE_GAP_ENDS_A_SESSION),
            Map.entry("4f011c", Rule.THE_GAP_ENDS_A_SESSION),
            Map.entry("f897c4", Rule.DUPLICATES_GO_BY_EVENT_ID),
            Map.entry("9341fb", Rule.EVERY_TRUSTED_CLICK_COUNTS),
            Map.entry("ff7476", Rule.EVERY_TRUSTED_CLICK_COUNTS),
            Map.entry("4f1b66", Rule.EVERY_TRUSTED_CLICK_COUNTS),
            Map.entry(NONE, Rule.A_CLICK_NEEDS_A_USER));

    /** What both sides say about a session, or about all sessions of a user. */
    private record Visit(String user, Instant start, Instant end, long clicks, long pages) {}

    private record UserSummary(String user, Instant start, Instant end, long sessions, long pages) {}

    @Test
    void everySessionIsSnowplowsOrTheRuleThatChangesItIsDeclared() throws Exception {
        assumeTrue(Files.exists(FIXTURES), "the fixtures are not beside the checkout");
        List<Visit> ours = visits(sessions());
        List<Visit> theirs = expectedSessions();
        Set<String> differing = usersOf(missing(ours, theirs));
        differing.addAll(usersOf(missing(theirs, ours)));

        assertThat(differing).isEqualTo(declaredUsers());
        // The rest agrees, whole.
        assertThat(theirs).filteredOn(ours::contains).hasSize(7);
    }

    @Test
    void everyUserIsSnowplowsOrTheRuleThatChangesItIsDeclared() throws Exception {
        assumeTrue(Files.exists(FIXTURES), "the fixtures are not beside the checkout");
        Map<String, UserSummary> ours = summaries(visits(sessions()));
        List<UserSummary> theirs = expectedUsers();

        Set<String> differing = theirs.stream()
                .filter(user -> !user.equals(ours.get(user.user())))
                .map(UserSummary::user)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(declaredUsers()).containsAll(differing);
        assertThat(theirs).hasSize(11).filteredOn(ours::containsValue).hasSize(3);
    }

    @Test
    void theQuarantinedSessionIsElevenVisitsTenDaysLong() throws Exception {
        assumeTrue(Files.exists(FIXTURES), "the fixtures are not beside the checkout");
        String quarantined = query(
                        "snowplow_web_base_quarantined_sessions_expected.csv",
                        row -> row.getString("session_identifier"))
                .get(0);
        String user =
                query("events.csv", row -> row.getString("domain_sessionid") + "|" + row.getString("domain_userid"))
                        .stream()
                        .filter(line -> line.startsWith(quarantined))
                        .map(line -> shortened(line.split("\\|", -1)[1]))
                        .findFirst()
                        .orElseThrow();

        assertThat(visits(sessions()))
                .filteredOn(visit -> visit.user().equals(user))
                .hasSize(11)
                .allSatisfy(visit -> assertThat(visit.clicks()).isOne());
    }

    private static List<Session> sessions() throws Exception {
        SessionRules rules = new SessionRules(GAP, Duration.ZERO, Duration.ofDays(366));
        var script = new OperatorScript<UserKey, ReceivedClick, ReceivedClick>(
                () -> new SessionizeOperator(rules, true),
                received ->
                        new UserKey(received.click().siteId(), received.click().userId()),
                TypeInformation.of(UserKey.class));
        for (ReceivedClick click : clicks()) {
            script.element(click);
        }
        return script
                .watermark(Instant.parse("2030-01-01T00:00:00Z").toEpochMilli())
                .run(OperatorScript.Mode.STRAIGHT, SessionizeOperator.SESSIONS)
                .side(SessionizeOperator.SESSIONS)
                .stream()
                .map(SessionChange::session)
                .filter(Session::isFinal)
                .toList();
    }

    /** The adapter: Snowplow's derived time is the event time, its collector's the ingestion time. */
    private static List<ReceivedClick> clicks() throws SQLException {
        ClickRules rules = new ClickRules("web", Duration.ofDays(366));
        List<ReceivedClick> clicks = new ArrayList<>();
        int[] offset = {0};
        query("events.csv", row -> {
            RawClick raw = new RawClick();
            raw.eventId = row.getString("event_id");
            raw.userId = row.getString("domain_userid");
            raw.eventTimeMillis = instant(row, "derived_tstamp").toEpochMilli();
            raw.eventType = row.getString("event_name");
            raw.url = row.getString("page_url");
            raw.utmCampaign = row.getString("mkt_campaign");
            raw.country = row.getString("geo_country");
            long ingestion = instant(row, "collector_tstamp").toEpochMilli();
            var decoded = rules.decide(raw, ingestion);
            if (decoded instanceof Trusted trusted) {
                clicks.add(received(trusted.click(), offset[0]++, ingestion));
            } else if (decoded instanceof Refused refused) {
                assertThat(refused.reason()).isEqualTo(Reason.MISSING_FIELD);
                assertThat(refused.detail()).startsWith("user_id");
            }
            return raw;
        });
        assertThat(clicks).hasSize(159);
        return clicks;
    }

    private static ReceivedClick received(Click click, int offset, long ingestionTimeMillis) {
        return new ReceivedClick(
                click, new SourcePosition("snowplow", 0, offset, ingestionTimeMillis), null, new byte[] {1});
    }

    private static List<Visit> visits(List<Session> sessions) {
        return sessions.stream()
                .map(session -> new Visit(
                        shortened(session.userId()),
                        Instant.ofEpochMilli(session.startMillis()),
                        Instant.ofEpochMilli(session.endMillis()),
                        session.clicks(),
                        session.pages()))
                .toList();
    }

    /** Snowplow's sessions; users of the app that its web model leaves out never appear there. */
    private static List<Visit> expectedSessions() throws SQLException {
        return query(
                "expected_sessions.csv",
                row -> new Visit(
                        shortened(row.getString("original_domain_userid")),
                        instant(row, "start_tstamp"),
                        instant(row, "end_tstamp"),
                        row.getLong("total_events"),
                        row.getLong("page_views")));
    }

    private static List<UserSummary> expectedUsers() throws SQLException {
        return query(
                "snowplow_web_users_expected.csv",
                row -> new UserSummary(
                        shortened(row.getString("original_domain_userid")),
                        instant(row, "start_tstamp"),
                        instant(row, "end_tstamp"),
                        row.getLong("sessions"),
                        row.getLong("page_views")));
    }

    private static Map<String, UserSummary> summaries(List<Visit> visits) {
        Map<String, UserSummary> users = new HashMap<>();
        for (Visit visit : visits) {
            users.merge(
                    visit.user(),
                    new UserSummary(visit.user(), visit.start(), visit.end(), 1, visit.pages()),
                    (a, b) -> new UserSummary(
                            a.user(),
                            a.start().isBefore(b.start()) ? a.start() : b.start(),
                            a.end().isAfter(b.end()) ? a.end() : b.end(),
                            a.sessions() + b.sessions(),
                            a.pages() + b.pages()));
        }
        return users;
    }

    private static Set<String> declaredUsers() throws SQLException {
        Set<String> users = new TreeSet<>(DECLARED.keySet());
        // The consent app has no page view or ping at all, so that the web model makes no session of it.
        users.addAll(query(
                "events.csv",
                row -> "consent_accel".equals(row.getString("app_id"))
                        ? shortened(row.getString("domain_userid"))
                        : NONE));
        return users;
    }

    private static List<Visit> missing(List<Visit> from, List<Visit> in) {
        return from.stream().filter(visit -> !in.contains(visit)).toList();
    }

    private static Set<String> usersOf(List<Visit> visits) {
        return visits.stream().map(Visit::user).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String shortened(String user) {
        return user == null ? NONE : user.substring(0, 6);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Timestamp.valueOf(row.getString(column)).toLocalDateTime().toInstant(java.time.ZoneOffset.UTC);
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private static <T> List<T> query(String file, Row<T> row) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement();
                var results = statement.executeQuery(
                        "SELECT * FROM read_csv('%s', all_varchar = true)".formatted(FIXTURES.resolve(file)))) {
            while (results.next()) {
                rows.add(row.read(results));
            }
        }
        return rows;
    }
}

package io.openclickstream.pipeline.decide.session;

import static io.openclickstream.pipeline.decide.session.SessionStory.GAP;
import static io.openclickstream.pipeline.decide.session.SessionStory.LATENESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.CloseReason;
import io.openclickstream.schemas.session.FirstReceived;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionTimeline;
import io.openclickstream.schemas.session.StateReader;
import io.openclickstream.schemas.session.StateWriter;
import io.openclickstream.schemas.session.UserTimeline;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Whatever the order in which clicks arrive and however event time moves on between them, the final sessions are those
 * that the definition gives over the sorted list. The definition is written out here once more and shares no code with
 * the rules.
 */
class SessionPropertiesTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    /** Half a second before the midnight after which the clocks of the zone changed, so that days matter. */
    private static final long START = Instant.parse("2024-03-30T23:00:00Z").toEpochMilli() - 300;

    private static final long MAX_DURATION = 80;
    private static final long MAX_CLICKS = 3;

    /** The cuts as bits, so that every combination is tried. */
    private record Cuts(boolean midnight, boolean duration, boolean clicks, boolean campaign, boolean account) {
        static Cuts of(int bits) {
            return new Cuts((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
        }

        SessionRules rules() {
            return SessionStory.rules(new SessionPolicy(
                    Duration.ofMillis(GAP),
                    duration ? Duration.ofMillis(MAX_DURATION) : null,
                    clicks ? MAX_CLICKS : 0,
                    midnight,
                    ZONE,
                    Map.of(),
                    campaign,
                    account ? SessionStory.ACCOUNT : null));
        }
    }

    @Property
    void anyOrderOfArrivalGivesTheSessionsOfTheDefinition(
            @ForAll @Size(max = 40) List<@IntRange(max = 600) Integer> offsets,
            @ForAll @IntRange(max = 31) int cutBits,
            @ForAll long seed) {
        Cuts cuts = Cuts.of(cutBits);
        List<ReceivedClick> clicks = clicks(offsets, seed);
        List<ReceivedClick> arrival = new ArrayList<>(clicks);
        Collections.shuffle(arrival, new Random(seed));

        assertThat(lines(played(cuts.rules(), arrival, seed))).isEqualTo(byTheBook(clicks, cuts));
    }

    @Property
    void whatReadersAreToldAddsUpToTheFinalSessions(
            @ForAll @Size(max = 30) List<@IntRange(max = 400) Integer> offsets,
            @ForAll @IntRange(max = 31) int cutBits,
            @ForAll long seed) {
        SessionRules rules = Cuts.of(cutBits).rules();
        List<ReceivedClick> arrival = clicks(offsets, seed);
        Collections.shuffle(arrival, new Random(seed));
        Map<FirstReceived, OpenSession> view = new HashMap<>();
        SessionTimeline timeline = SessionTimeline.empty();
        for (ReceivedClick click : arrival) {
            SessionRules.Added added = rules.add(timeline, click, Long.MIN_VALUE);
            timeline = added.timeline();
            added.replaced()
                    .forEach(session -> assertThat(view.remove(session.first())).isNotNull());
            added.changed().forEach(session -> view.put(session.first(), session));
            assertThat(view.values()).containsExactlyInAnyOrderElementsOf(rules.sessions(timeline, "shop"));
        }
    }

    /** Step by step, and whatever copies are made and bytes written and read on the way. */
    @Property
    void goingOnInPlaceIsWhatTheRulesSay(
            @ForAll @Size(max = 40) List<@IntRange(max = 40) Integer> tens,
            @ForAll @IntRange(max = 31) int cutBits,
            @ForAll long seed) {
        Random random = new Random(seed);
        // Mostly without the cuts that depend on order, where nothing goes on in place.
        SessionRules rules =
                Cuts.of(random.nextInt(4) > 0 ? cutBits & 1 : cutBits).rules();
        // Many at the same moment, and at the gap.
        List<ReceivedClick> arrival =
                clicks(tens.stream().sorted().map(ten -> 10 * ten).toList(), seed);
        for (int swaps = random.nextInt(12); swaps > 0 && !arrival.isEmpty(); swaps--) {
            Collections.swap(arrival, random.nextInt(arrival.size()), random.nextInt(arrival.size()));
        }
        SessionTimeline expected = SessionTimeline.empty();
        UserTimeline actual = new UserTimeline();
        for (ReceivedClick click : arrival) {
            expected = rules.add(expected, click, Long.MIN_VALUE).timeline();
            if (!rules.extend(actual, click)) {
                actual.replaceSessions(
                        rules.add(actual.sessions(), click, Long.MIN_VALUE).timeline());
            }
            UserTimeline before = actual;
            actual = switch (random.nextInt(3)) {
                case 0 -> actual.copy();
                case 1 -> writtenAndRead(actual);
                default -> actual;
            };
            assertThat(actual.sessions()).isEqualTo(expected);
            if (before != actual
                    && !rules.extend(
                            before, SessionStory.at("other", START + 399).receivedAs(99))) {
                before.replaceSessions(SessionTimeline.empty());
            }
        }
    }

    @Example
    void clicksInOrderGoOnInPlace() {
        SessionRules rules = Cuts.of(0).rules();
        UserTimeline timeline = new UserTimeline();
        for (int i = 0; i < 10; i++) {
            ReceivedClick click = SessionStory.at("e" + i, START + i).receivedAs(i);
            boolean isExtended = rules.extend(timeline, click);
            assertThat(isExtended).isEqualTo(i > 0);
            if (!isExtended) {
                timeline.replaceSessions(
                        rules.add(timeline.sessions(), click, Long.MIN_VALUE).timeline());
            }
        }
        assertThat(timeline.latest().clicks()).isEqualTo(10);
    }

    private static UserTimeline writtenAndRead(UserTimeline timeline) {
        StateWriter out = new StateWriter();
        timeline.write(out);
        return UserTimeline.read(new StateReader(Arrays.copyOf(out.bytes(), out.length())));
    }

    @Property
    void noTwoSessionsOfAUserOverlapOrTouch(
            @ForAll @Size(max = 40) List<@IntRange(max = 600) Integer> offsets, @ForAll long seed) {
        List<OpenSession> sessions = played(Cuts.of(0).rules(), clicks(offsets, seed), seed);
        for (int i = 1; i < sessions.size(); i++) {
            assertThat(sessions.get(i).startMillis() - sessions.get(i - 1).endMillis())
                    .isGreaterThan(GAP);
        }
    }

    @Property
    void joiningIsCommutativeAndAssociative(
            @ForAll @Size(3) List<@IntRange(max = 50) Integer> offsets, @ForAll long seed) {
        SessionPolicy policy = Cuts.of(0).rules().policy();
        List<OpenSession> three = clicks(offsets, seed).stream()
                .map(click -> SessionFacts.single(click, policy))
                .toList();
        OpenSession a = three.get(0);
        OpenSession b = three.get(1);
        OpenSession c = three.get(2);
        assertThat(SessionFacts.join(a, b)).isEqualTo(SessionFacts.join(b, a));
        assertThat(SessionFacts.join(SessionFacts.join(a, b), c))
                .isEqualTo(SessionFacts.join(a, SessionFacts.join(b, c)));
    }

    @Property
    void clicksAndMoneyAreConserved(
            @ForAll @Size(max = 40) List<@IntRange(max = 600) Integer> offsets,
            @ForAll @IntRange(max = 31) int cutBits,
            @ForAll long seed) {
        List<ReceivedClick> clicks = clicks(offsets, seed);
        List<OpenSession> sessions = played(Cuts.of(cutBits).rules(), clicks, seed);
        assertThat(sessions.stream().mapToLong(OpenSession::clicks).sum()).isEqualTo(clicks.size());
        assertThat(sessions.stream()
                        .flatMap(session -> session.revenue().stream())
                        .map(Money::amount)
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(clicks.stream()
                        .map(click -> click.click().amount())
                        .filter(amount -> amount != null)
                        .reduce(BigDecimal.ZERO, BigDecimal::add));
    }

    /** In two currencies, joined in any order. */
    @Example
    void revenueOfTenMillionLinesIsExact() {
        Random random = new Random(10_000_000);
        long[] nanos = random.longs(10_007, -5_000_000_000L, 10_000_000_000L).toArray();
        List<OpenSession> lines = new ArrayList<>();
        for (int i = 0; i < nanos.length; i++) {
            lines.add(SessionFacts.single(
                    SessionStory.at("e" + i, START + i)
                            .paid(BigDecimal.valueOf(nanos[i], 9).toPlainString(), i % 2 == 0 ? "EUR" : "JPY")
                            .receivedAs(i),
                    Cuts.of(0).rules().policy()));
        }
        long[] expected = new long[2];
        OpenSession left = lines.get(0);
        OpenSession right = lines.get(1);
        expected[0] += nanos[0];
        expected[1] += nanos[1];
        for (int i = 2; i < 10_000_000; i++) {
            int line = (int) ((i * 7_919L + i / 10_007) % lines.size());
            expected[line % 2] += nanos[line]; // at most 10^17, so that it cannot overflow
            if (random.nextBoolean()) {
                left = SessionFacts.join(left, lines.get(line));
            } else {
                right = SessionFacts.join(lines.get(line), right);
            }
        }
        OpenSession all = SessionFacts.join(right, left);
        assertThat(all.clicks()).isEqualTo(10_000_000);
        assertThat(all.revenue())
                .containsExactly(
                        new Money("EUR", BigDecimal.valueOf(expected[0], 9)),
                        new Money("JPY", BigDecimal.valueOf(expected[1], 9)));
    }

    /** Adds the clicks in this order; between them event time moves on as far as makes none of them late. */
    private static List<OpenSession> played(SessionRules rules, List<ReceivedClick> arrival, long seed) {
        Random random = new Random(seed);
        List<OpenSession> sessions = new ArrayList<>();
        SessionTimeline timeline = SessionTimeline.empty();
        long watermark = Long.MIN_VALUE;
        for (int i = 0; i < arrival.size(); i++) {
            if (random.nextBoolean()) {
                watermark = arrival.subList(i, arrival.size()).stream()
                                .mapToLong(click -> click.click().eventTimeMillis())
                                .min()
                                .orElseThrow()
                        + LATENESS;
                SessionRules.Closed closed = rules.close(timeline, "shop", watermark);
                timeline = closed.timeline();
                sessions.addAll(closed.sessions());
            }
            assertThat(rules.isLate(arrival.get(i).click().eventTimeMillis(), watermark))
                    .isFalse();
            timeline = rules.add(timeline, arrival.get(i), watermark).timeline();
        }
        SessionRules.Closed closed = rules.close(timeline, "shop", Long.MAX_VALUE);
        sessions.addAll(closed.sessions());
        assertThat(closed.timeline().open()).isEmpty();
        assertThat(closed.timeline().unsettled()).isEmpty();
        return sessions;
    }

    private static List<ReceivedClick> clicks(List<Integer> offsets, long seed) {
        Random random = new Random(seed);
        List<ReceivedClick> clicks = new ArrayList<>();
        for (int i = 0; i < offsets.size(); i++) {
            var click = SessionStory.at(
                    "e" + i * 7 % 41, START + offsets.get(i)); // in another order than they are received
            click.type(random.nextInt(4) == 0 ? "purchase" : "page_view");
            if (random.nextInt(4) == 0) {
                click.campaign(random.nextBoolean() ? "spring" : "summer");
            }
            if (random.nextInt(3) == 0) {
                click.account(random.nextBoolean() ? "a" : "b");
            }
            if (random.nextInt(3) == 0) {
                click.paid(
                        BigDecimal.valueOf(random.nextInt(2_000) - 500, 2).toPlainString(),
                        random.nextBoolean() ? "EUR" : "JPY");
            }
            clicks.add(click.receivedAs(i));
        }
        return clicks;
    }

    /** The definition: all clicks in order of event time and event id, cut one after the other. */
    private static List<String> byTheBook(List<ReceivedClick> clicks, Cuts cuts) {
        List<ReceivedClick> sorted = new ArrayList<>(clicks);
        sorted.sort(Comparator.comparingLong((ReceivedClick r) -> r.click().eventTimeMillis())
                .thenComparing(r -> r.click().eventId()));
        List<String> sessions = new ArrayList<>();
        List<ReceivedClick> current = new ArrayList<>();
        for (ReceivedClick click : sorted) {
            CloseReason reason = current.isEmpty() ? null : reasonToCut(current, click.click(), cuts);
            if (reason != null) {
                sessions.add(line(current, reason));
                current = new ArrayList<>();
            }
            current.add(click);
        }
        if (!current.isEmpty()) {
            sessions.add(line(current, CloseReason.GAP));
        }
        return sessions;
    }

    private static CloseReason reasonToCut(List<ReceivedClick> session, Click next, Cuts cuts) {
        Click first = session.get(0).click();
        Click last = session.get(session.size() - 1).click();
        if (next.eventTimeMillis() - last.eventTimeMillis() > GAP) {
            return CloseReason.GAP;
        }
        if (cuts.midnight() && !day(last).equals(day(next))) {
            return CloseReason.MIDNIGHT;
        }
        if (cuts.duration() && next.eventTimeMillis() - first.eventTimeMillis() > MAX_DURATION) {
            return CloseReason.MAX_DURATION;
        }
        if (cuts.clicks() && session.size() >= MAX_CLICKS) {
            return CloseReason.MAX_CLICKS;
        }
        String campaign = null;
        String account = null;
        for (ReceivedClick each : session) {
            campaign =
                    each.click().utmCampaign() == null ? campaign : each.click().utmCampaign();
            account = account(each.click()) == null ? account : account(each.click());
        }
        if (cuts.campaign() && next.utmCampaign() != null && !next.utmCampaign().equals(campaign)) {
            return CloseReason.CAMPAIGN_CHANGE;
        }
        return cuts.account() && account != null && !account.equals(account(next)) ? CloseReason.USER_CHANGE : null;
    }

    private static String account(Click click) {
        return click.properties().get(SessionStory.ACCOUNT);
    }

    private static String day(Click click) {
        return Instant.ofEpochMilli(click.eventTimeMillis())
                .atZone(ZONE)
                .toLocalDate()
                .toString();
    }

    private static String line(List<ReceivedClick> clicks, CloseReason reason) {
        Click first = clicks.get(0).click();
        Click last = clicks.get(clicks.size() - 1).click();
        Map<String, BigDecimal> revenue = new TreeMap<>();
        for (ReceivedClick each : clicks) {
            if (each.click().amount() != null) {
                revenue.merge(each.click().currency(), each.click().amount().setScale(9), BigDecimal::add);
            }
        }
        ReceivedClick received = Collections.min(
                clicks,
                Comparator.comparingLong((ReceivedClick r) -> r.source().ingestionTimeMillis())
                        .thenComparing(ReceivedClick::source, Comparator.comparingInt(SourcePosition::partition))
                        .thenComparing(ReceivedClick::source, Comparator.comparingLong(SourcePosition::offset)));
        return String.join(
                "|",
                String.valueOf(first.eventTimeMillis()),
                String.valueOf(last.eventTimeMillis()),
                String.valueOf(clicks.size()),
                String.valueOf(count(clicks, "page_view")),
                String.valueOf(count(clicks, "purchase")),
                revenue.toString(),
                first.eventId(),
                String.valueOf(first.utmCampaign()),
                last.eventId(),
                String.valueOf(received.source().offset()),
                reason.name());
    }

    private static long count(List<ReceivedClick> clicks, String type) {
        return clicks.stream()
                .filter(click -> click.click().eventType().equals(type))
                .count();
    }

    private static List<String> lines(List<OpenSession> sessions) {
        return sessions.stream()
                .map(session -> {
                    Map<String, BigDecimal> revenue = new TreeMap<>();
                    session.revenue().forEach(money -> revenue.put(money.currency(), money.amount()));
                    return String.join(
                            "|",
                            String.valueOf(session.startMillis()),
                            String.valueOf(session.endMillis()),
                            String.valueOf(session.clicks()),
                            String.valueOf(session.pages()),
                            String.valueOf(session.orders()),
                            revenue.toString(),
                            session.entry().eventId(),
                            String.valueOf(session.entry().utmCampaign()),
                            session.exit().eventId(),
                            String.valueOf(session.first().offset()),
                            String.valueOf(session.closeReason()));
                })
                .toList();
    }
}

package io.openclickstream.load.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.openclickstream.load.generator.GeneratorSettings.Population;
import io.openclickstream.load.generator.GeneratorSettings.Shares;
import io.openclickstream.schemas.click.Outcome;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ClickGeneratorTest {
    private static final Instant START = Instant.parse("2026-03-04T10:00:00Z");
    private static final Population FEW = new Population(1_000, 3, 200, 3, 1.05);
    private static final GeneratorSettings USUAL =
            GeneratorSettings.of(7, START, 200).with(FEW);

    @Property(tries = 50)
    void theSameSettingsGiveTheSameBytes(@ForAll long seed, @ForAll @LongRange(max = 1L << 40) long position) {
        GeneratorSettings settings = GeneratorSettings.of(seed, START, 100).with(FEW);
        assertThat(text(settings, position, 20)).isEqualTo(text(settings, position, 20));
        assertThat(text(GeneratorSettings.of(seed + 1, START, 100).with(FEW), position, 20))
                .isNotEqualTo(text(settings, position, 20));
    }

    @Property(tries = 50)
    void aStreamBegunLaterIsTheTail(@ForAll long seed, @ForAll @IntRange(max = 300) int position) {
        GeneratorSettings settings = GeneratorSettings.of(seed, START, 50).with(FEW);
        assertThat(text(settings, position, 350 - position))
                .isEqualTo(text(settings, 0, 350).subList(position, 350));
    }

    /** Holds for every JVM and every version of our libraries: a seed in a bug report must stay worth something. */
    @Test
    void theBytesOfASeedNeverChange() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        new ClickGenerator(GeneratorSettings.of(1, START, 500).with(DayCurve.DAILY))
                .from(0)
                .limit(20_000)
                .forEach(click -> {
                    digest.update(click.key());
                    digest.update(click.value());
                });
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .isEqualTo("dca2077bab650b5aa5fa415a100b32f50a87052c4b5534f7c293f6bd6fd38b26");
    }

    @Test
    void everyKindHasItsShare() {
        Shares shares = new Shares(0.03, 0.02, 0.04, 0.01, 0.1, 0.05);
        Map<Outcome, Long> counts = new ClickGenerator(USUAL.with(shares))
                .from(10_000)
                .limit(100_000)
                .collect(Collectors.groupingBy(GeneratedClick::intended, Collectors.counting()));
        assertThat(counts.get(Outcome.DUPLICATE)).isCloseTo(3_000, within(300L));
        assertThat(counts.get(Outcome.LATE)).isCloseTo(2_000, within(250L));
        assertThat(counts.get(Outcome.MALFORMED)).isCloseTo(4_000, within(350L));
        assertThat(counts.get(Outcome.FUTURE)).isCloseTo(1_000, within(200L));
    }

    @Test
    void botsAreFewAndBusy() {
        Map<String, Long> perUser = new ClickGenerator(USUAL.with(new Shares(0, 0, 0, 0, 0.1, 0)))
                .from(0)
                .limit(50_000)
                .collect(Collectors.groupingBy(ClickGeneratorTest::user, Collectors.counting()));
        assertThat(perUser.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("bot"))
                        .mapToLong(Map.Entry::getValue))
                .hasSize(3)
                .allSatisfy(clicks -> assertThat(clicks).isBetween(1_400L, 1_950L));
    }

    @Test
    void aDuplicateRepeatsAnAcceptedClickSentShortlyBefore() {
        Map<String, GeneratedClick> accepted = new HashMap<>();
        int duplicates = 0;
        for (GeneratedClick click : clicks(USUAL, 50_000)) {
            String value = new String(click.value(), StandardCharsets.UTF_8);
            if (click.intended() == Outcome.ACCEPTED) {
                assertThat(accepted.put(value, click)).isNull();
            } else if (click.intended() == Outcome.DUPLICATE) {
                GeneratedClick original = accepted.get(value);
                assertThat(original).isNotNull();
                assertThat(click.key()).isEqualTo(original.key());
                assertThat(click.sendTimeMillis() - original.sendTimeMillis())
                        .isBetween(0L, USUAL.timing().duplicateWithin().toMillis());
                duplicates++;
            }
        }
        assertThat(duplicates).isGreaterThan(300);
    }

    @Test
    void eventTimesKeepTheirBounds() {
        GeneratorSettings.Timing timing = USUAL.timing();
        long orderly = 0;
        List<GeneratedClick> clicks = clicks(USUAL, 50_000);
        for (GeneratedClick click : clicks) {
            long behind = click.sendTimeMillis() - click.eventTimeMillis();
            switch (click.intended()) {
                case ACCEPTED, MALFORMED, FILTERED ->
                    assertThat(behind).isBetween(0L, timing.disorder().toMillis());
                case DUPLICATE ->
                    assertThat(behind)
                            .isBetween(
                                    0L,
                                    timing.disorder()
                                            .plus(timing.duplicateWithin())
                                            .toMillis());
                case LATE ->
                    assertThat(behind)
                            .isBetween(
                                    timing.lateAtLeast().toMillis(),
                                    timing.lateAtMost().toMillis());
                case FUTURE ->
                    assertThat(-behind)
                            .isBetween(
                                    timing.futureAtLeast().toMillis(),
                                    timing.futureAtMost().toMillis());
            }
            orderly += behind == 0 ? 1 : 0;
        }
        long backwards = 0;
        for (int i = 1; i < clicks.size(); i++) {
            assertThat(clicks.get(i).sendTimeMillis())
                    .isGreaterThanOrEqualTo(clicks.get(i - 1).sendTimeMillis());
            backwards += clicks.get(i).eventTimeMillis() < clicks.get(i - 1).eventTimeMillis() ? 1 : 0;
        }
        assertThat(orderly).isPositive();
        assertThat(backwards).isGreaterThan(10_000); // really out of order
    }

    @Test
    void aFewUsersAndPagesMakeMostClicks() {
        List<GeneratedClick> clicks = clicks(
                USUAL.with(new Shares(0, 0, 0, 0, 0, 0)).with(new Population(10_000, 1, 1_000, 1, 1.05)), 100_000);
        List<Long> perUser = clicks.stream()
                .collect(Collectors.groupingBy(ClickGeneratorTest::user, Collectors.counting()))
                .values()
                .stream()
                .sorted(Comparator.reverseOrder())
                .toList();
        long hundredBusiest =
                perUser.stream().limit(100).mapToLong(Long::longValue).sum();
        assertThat(hundredBusiest).isGreaterThan(35_000); // 1 % of the users, over a third of the clicks
        assertThat(perUser.size()).isGreaterThan(2_000); // and a long tail
    }

    @Test
    void visitsOfAUserAreFurtherApartThanThePause() {
        GeneratorSettings clean = GeneratorSettings.of(3, START, 20)
                .with(new Population(300, 1, 50, 3, 0.8))
                .with(new Shares(0, 0, 0, 0, 0, 0));
        Map<String, TreeSet<Long>> timesPerUser = new TreeMap<>();
        for (GeneratedClick click : clicks(clean, 20 * 3600 * 8)) {
            timesPerUser.computeIfAbsent(user(click), user -> new TreeSet<>()).add(click.eventTimeMillis());
        }
        long pause = clean.timing().pause().toMillis();
        int pauses = 0;
        Set<Long> shortGapsPerMinute = new HashSet<>();
        for (TreeSet<Long> times : timesPerUser.values()) {
            Long before = null;
            for (Long time : times) {
                if (before != null && time - before > pause) {
                    pauses++;
                } else if (before != null) {
                    shortGapsPerMinute.add((time - before) / 60_000);
                }
                before = time;
            }
        }
        assertThat(timesPerUser).hasSizeGreaterThan(290);
        assertThat((double) pauses / timesPerUser.size())
                .isBetween(2.0, 5.0); // 16 blocks of half an hour, a third busy
        assertThat(shortGapsPerMinute).contains(0L, 1L);
    }

    @Test
    void sendTimesKeepTheRateAndThePositionOfATimeCanBeFound() {
        ClickGenerator generator = new ClickGenerator(USUAL.with(DayCurve.DAILY));
        Instant at = START.plus(Duration.ofHours(5));
        long position = generator.positionAt(at);
        assertThat(generator.click(position).sendTimeMillis()).isGreaterThanOrEqualTo(at.toEpochMilli());
        assertThat(generator.click(position - 1).sendTimeMillis()).isLessThan(at.toEpochMilli());
        assertThat(generator.positionAt(START.minusSeconds(99))).isZero();
        assertThat(generator.click(0).sendTimeMillis()).isBetween(START.toEpochMilli(), START.toEpochMilli() + 5);
        assertThat(generator.positionAt(START.plus(Duration.ofDays(2)))).isEqualTo(2 * 86_400L * 200);
    }

    @Test
    void theEveningIsBusierThanTheNight() {
        ClickGenerator generator = new ClickGenerator(USUAL.with(DayCurve.DAILY));
        Instant midnight = Instant.parse("2026-03-05T00:00:00Z");
        long evening = inHour(generator, midnight.plus(Duration.ofHours(20)));
        assertThat(evening).isEqualTo(200 * 36 * 176);
        assertThat(inHour(generator, midnight.plus(Duration.ofHours(3)))).isEqualTo(200 * 36 * 20);
    }

    private static long inHour(ClickGenerator generator, Instant hour) {
        return generator.positionAt(hour.plus(Duration.ofHours(1))) - generator.positionAt(hour);
    }

    private static List<String> text(GeneratorSettings settings, long position, int count) {
        return new ClickGenerator(settings)
                .from(position)
                .limit(count)
                .map(click -> "%d %d %d %s %s %s"
                        .formatted(
                                click.position(),
                                click.sendTimeMillis(),
                                click.eventTimeMillis(),
                                click.intended(),
                                user(click),
                                new String(click.value(), StandardCharsets.UTF_8)))
                .toList();
    }

    private static String user(GeneratedClick click) {
        return new String(click.key(), StandardCharsets.UTF_8);
    }

    private static List<GeneratedClick> clicks(GeneratorSettings settings, int count) {
        GeneratedClick[] clicks = new GeneratedClick[count];
        ClickGenerator generator = new ClickGenerator(settings);
        Arrays.setAll(clicks, generator::click);
        return List.of(clicks);
    }
}

package io.openclickstream.load.generator;

import io.openclickstream.load.generator.ClickJson.Damage;
import io.openclickstream.load.generator.ClickJson.Facts;
import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An endless, repeatable sequence of clicks. The record at a position depends on the settings and the position alone:
 * equal settings give equal bytes on every JVM, and a stream begun at any position is the tail of the whole sequence,
 * at no cost for what lies before. Safe for use by many threads.
 */
public final class ClickGenerator {
    private static final List<Reason> BROKEN = List.of(
            Reason.NOT_JSON,
            Reason.EMPTY_VALUE,
            Reason.WRONG_TYPE,
            Reason.MISSING_FIELD,
            Reason.CONTROL_CHARACTER,
            Reason.EVENT_TIME_OUT_OF_RANGE);
    private static final List<String> CONTROL_CHARACTERS = List.of("\n", "\u0000", "\u001b");
    private static final int MAX_TRIES = 64;
    private static final long CONTENT = 0x5EED_0003L;
    private static final long KIND = 0x5EED_0004L;
    private static final HexFormat HEX = HexFormat.of();

    private final GeneratorSettings settings;
    private final Zipf users;
    private final Zipf pages;
    private final long midnightMicros;
    private final long firstClick;

    public ClickGenerator(GeneratorSettings settings) {
        this.settings = settings;
        users = new Zipf(settings.population().users(), settings.population().zipfExponent());
        pages = new Zipf(settings.population().pages(), settings.population().zipfExponent());
        long startMicros = micros(settings.start());
        midnightMicros = startMicros - Math.floorMod(startMicros, 24 * DayCurve.MICROS_PER_HOUR);
        firstClick = settings.dayCurve().clicksBefore(startMicros - midnightMicros, settings.clicksPerSecond());
    }

    /** The settings it was made with. */
    public GeneratorSettings settings() {
        return settings;
    }

    /**
     * The records from a position on, without an end; {@code limit} it.
     *
     * @param position zero or more
     */
    public Stream<GeneratedClick> from(long position) {
        return LongStream.iterate(position, each -> each + 1).mapToObj(this::click);
    }

    /** The first position that is not sent before a time. Where to go on after an interruption. */
    public long positionAt(Instant time) {
        long since = micros(time) - midnightMicros;
        return Math.max(0, settings.dayCurve().clicksBefore(since, settings.clicksPerSecond()) - firstClick);
    }

    /**
     * The record at a position.
     *
     * @param position zero or more
     */
    public GeneratedClick click(long position) {
        Outcome kind = kind(position);
        if (kind == Outcome.DUPLICATE) {
            long original = original(position);
            kind = original < 0 ? Outcome.ACCEPTED : Outcome.DUPLICATE;
            if (kind == Outcome.DUPLICATE) {
                GeneratedClick first = make(original, Outcome.ACCEPTED);
                return new GeneratedClick(
                        position,
                        first.key(),
                        first.value(),
                        sendTimeMillis(position),
                        first.eventTimeMillis(),
                        kind,
                        null);
            }
        }
        return make(position, kind);
    }

    private GeneratedClick make(long position, Outcome kind) {
        Randomness random = Randomness.of(settings.seed() ^ CONTENT, position);
        long sendTime = sendTimeMillis(position);
        long eventTime = eventTimeMillis(kind, sendTime, random);
        Visit visit = visit(eventTime, random);
        Reason broken = kind == Outcome.MALFORMED ? BROKEN.get(random.below(BROKEN.size())) : null;
        String userId = broken == Reason.CONTROL_CHARACTER
                ? visit.userId() + CONTROL_CHARACTERS.get(random.below(CONTROL_CHARACTERS.size()))
                : visit.userId();
        Facts facts = new Facts(
                eventId(position),
                userId,
                eventTime,
                sendTime,
                pages.rank(random),
                random.happens(settings.shares().purchases()));
        byte[] whole = ClickJson.write(facts, visit, damage(broken), random);
        byte[] value = broken == Reason.EMPTY_VALUE
                ? new byte[0]
                : broken == Reason.NOT_JSON ? cutShort(whole, random) : whole;
        Reason reason =
                switch (kind) {
                    case ACCEPTED, DUPLICATE -> null;
                    case LATE -> Reason.BEHIND_WATERMARK;
                    case FUTURE -> Reason.EVENT_TIME_IN_FUTURE;
                    case MALFORMED -> broken;
                    case FILTERED -> Reason.TOO_MANY_CLICKS;
                };
        byte[] key = userId.getBytes(StandardCharsets.UTF_8);
        return new GeneratedClick(position, key, value, sendTime, eventTime, kind, reason);
    }

    private Outcome kind(long position) {
        double drawn = Randomness.of(settings.seed() ^ KIND, position).fraction();
        GeneratorSettings.Shares shares = settings.shares();
        if ((drawn -= shares.duplicates()) < 0) {
            return Outcome.DUPLICATE;
        }
        if ((drawn -= shares.late()) < 0) {
            return Outcome.LATE;
        }
        if ((drawn -= shares.malformed()) < 0) {
            return Outcome.MALFORMED;
        }
        return drawn < shares.future() ? Outcome.FUTURE : Outcome.ACCEPTED;
    }

    /** The accepted click that is sent again at a position, or -1 when none was sent shortly before. */
    private long original(long position) {
        Duration within = settings.timing().duplicateWithin();
        long earliest =
                positionAt(Instant.ofEpochMilli(sendTimeMillis(position)).minus(within));
        if (earliest >= position) {
            return -1;
        }
        Randomness random = Randomness.of(settings.seed() ^ CONTENT, position);
        for (int i = 0; i < MAX_TRIES; i++) {
            long candidate = random.between(earliest, position - 1);
            if (kind(candidate) == Outcome.ACCEPTED) {
                return candidate;
            }
        }
        return -1;
    }

    private long eventTimeMillis(Outcome kind, long sendTime, Randomness random) {
        GeneratorSettings.Timing timing = settings.timing();
        return switch (kind) {
            case ACCEPTED, DUPLICATE, MALFORMED, FILTERED -> {
                // Most clicks come at once, few are held up for long.
                double delay = random.fraction();
                yield sendTime
                        - (long) (delay * delay * delay * timing.disorder().toMillis());
            }
            case LATE ->
                sendTime
                        - random.between(
                                timing.lateAtLeast().toMillis(),
                                timing.lateAtMost().toMillis());
            case FUTURE ->
                sendTime
                        + random.between(
                                timing.futureAtLeast().toMillis(),
                                timing.futureAtMost().toMillis());
        };
    }

    private Visit visit(long eventTime, Randomness random) {
        GeneratorSettings.Population population = settings.population();
        long pause = settings.timing().pause().toMillis();
        if (random.happens(settings.shares().bots())) {
            return Visit.ofBot(random.below(population.bots()), population.sites());
        }
        int user = users.rank(random);
        for (int i = 0; i < MAX_TRIES && !Visit.isThere(settings.seed(), user, eventTime, pause); i++) {
            user = users.rank(random);
        }
        return Visit.ofPerson(settings.seed(), user, population.sites(), eventTime, pause);
    }

    private long sendTimeMillis(long position) {
        long sinceMidnight = settings.dayCurve().microsOf(firstClick + position, settings.clicksPerSecond());
        return Math.floorDiv(midnightMicros + sinceMidnight, 1000L);
    }

    /** Unique per position, for {@code mix} takes different positions to different numbers. */
    private String eventId(long position) {
        return HEX.toHexDigits(settings.seed()) + HEX.toHexDigits(Randomness.mix(settings.seed(), position));
    }

    private static Damage damage(@Nullable Reason broken) {
        if (broken == Reason.WRONG_TYPE) {
            return Damage.WRONG_TYPE;
        }
        if (broken == Reason.MISSING_FIELD) {
            return Damage.MISSING_USER;
        }
        return broken == Reason.EVENT_TIME_OUT_OF_RANGE ? Damage.NEGATIVE_TIME : Damage.NONE;
    }

    /** Never empty, never whole, and never inside a character, so that what is wrong is the JSON and not the text. */
    private static byte[] cutShort(byte[] whole, Randomness random) {
        int length = 1 + random.below(whole.length - 1);
        while ((whole[length] & 0xC0) == 0x80) {
            length--;
        }
        return Arrays.copyOf(whole, length);
    }

    private static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    }
}

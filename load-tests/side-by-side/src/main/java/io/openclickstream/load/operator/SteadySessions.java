package io.openclickstream.load.operator;

import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.load.sidebyside.Digest;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickPacker;
import io.openclickstream.schemas.click.ClickText;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.SourcePosition;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Traffic that keeps about the same number of sessions open for as long as it goes on, whose sessions are all alike:
 * four clicks of a user, five minutes apart, up to 8 s out of order. More open sessions come from more users a second;
 * what the operator has to do for a click is always the same. So a difference in cost comes from the number alone.
 *
 * <p>In every step one user begins, and the users who began 5, 10 and 15 minutes before click again. A session is open
 * for 15 minutes and until the watermark has passed its end by gap and allowed lateness: 50 minutes in all.
 *
 * @param open sessions open at a time; 1,000 or more
 */
public record SteadySessions(long open) implements Feed {
    private static final long serialVersionUID = 1L;

    /** Clicks of a session, and of a step. */
    public static final int CLICKS = 4;

    static final String SITE = "site-1";

    /** Digits of an event id, in hexadecimal. */
    static final int EVENT_ID_DIGITS = 32;

    private static final long OPEN_MILLIS = Duration.ofMinutes(50).toMillis();
    private static final long APART_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final long DISORDER_MILLIS = 8_000;
    private static final int PATTERNS = 4_096;
    private static final long SEED = 1;
    private static final int USER_DIGITS = 8;
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /**
     * How many clicks it takes until nothing changes any more but the names: until as many users are forgotten, with
     * all their event ids, as begin.
     */
    public long clicksToSettle() {
        return 7 * open;
    }

    private long stepsApart() {
        return open * APART_MILLIS / OPEN_MILLIS;
    }

    /** Users are numbered from 0; the first ones began before the feed did and have fewer clicks in it. */
    private long userOf(long step, int click) {
        return step + (CLICKS - 1 - click) * stepsApart();
    }

    /** Whose click stands at a position. */
    long userOf(long position) {
        return userOf(position / CLICKS, (int) (position % CLICKS));
    }

    /** How many users have clicked, and so how many sessions have begun, behind some clicks. */
    public long usersBehind(long clicks) {
        return userOf(clicks / CLICKS, 0);
    }

    private static long hash(long value) {
        long hash = (value + 1) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ (hash >>> 32)) * 0xD6E8FEB86659FD93L;
        return hash ^ (hash >>> 32);
    }

    /** When the click at a position happened. */
    long eventTimeMillis(long position) {
        return sendTimeMillis(position) - Math.floorMod(hash(position), DISORDER_MILLIS);
    }

    long sendTimeMillis(long position) {
        return DecodedClicks.FIRST_CLICK.toEpochMilli() + position / CLICKS * OPEN_MILLIS / open;
    }

    /** How much event time some clicks take. */
    public Duration timeOf(long clicks) {
        return Duration.ofMillis(clicks / CLICKS * OPEN_MILLIS / open);
    }

    /** Which of {@link #patterns()} tells what the click at a position says beside who and when. */
    static int patternOf(long position) {
        return (int) Math.floorMod(hash(~position), (long) PATTERNS);
    }

    static String userId(long user) {
        return "user-%08d".formatted(user);
    }

    /** Writes the digits of a user's id, which ends before {@code end}. */
    static void writeUser(long user, byte[] into, int end) {
        long rest = user;
        for (int i = end - 1; i >= end - USER_DIGITS; i--) {
            into[i] = DIGITS[(int) (rest % 10)];
            rest /= 10;
        }
    }

    /** Writes the event id of the click at a position. */
    static void writeEventId(long position, byte[] into, int from) {
        writeHexadecimal(hash(position), into, from);
        writeHexadecimal(position, into, from + EVENT_ID_DIGITS / 2);
    }

    private static void writeHexadecimal(long number, byte[] into, int from) {
        for (int i = 0; i < EVENT_ID_DIGITS / 2; i++) {
            into[from + i] = DIGITS[(int) (number >>> (60 - 4 * i)) & 15];
        }
    }

    /** What clicks say beside who and when, as records of our generator. */
    static Stream<GeneratedClick> patterns() {
        return DecodedClicks.generated(SEED, 100).limit(PATTERNS);
    }

    private static List<ReceivedClick> decodedPatterns() {
        return DecodedClicks.of(SEED, 100).limit(PATTERNS).toList();
    }

    /** What must be final and how many sessions must be open behind some clicks. */
    public record Expected(Digest finals, long openSessions) {}

    /**
     * Finds out what must have come out, without Flink and without our rules.
     *
     * @param clicks how many clicks the operator has seen, with the watermark behind them
     * @param openMillis how far the watermark must have passed a session's last click for it to be final
     */
    Expected expectedBehind(long clicks, long openMillis) {
        return expected(clicks, watermarkBehind(clicks) - openMillis);
    }

    /** The same once event time has ended behind the last click: every session is final. */
    public Expected expectedAtEnd(long clicks) {
        return expected(clicks, Long.MAX_VALUE);
    }

    /** @param finalBeforeMillis a session whose last click is earlier is final */
    private Expected expected(long clicks, long finalBeforeMillis) {
        List<ReceivedClick> patterns = decodedPatterns();
        Digest digest = new Digest();
        long stillOpen = 0;
        long steps = clicks / CLICKS;
        for (long user = 0; user < userOf(steps, 0); user++) {
            long start = Long.MAX_VALUE;
            long end = Long.MIN_VALUE;
            long count = 0;
            long pages = 0;
            long orders = 0;
            for (int click = 0; click < CLICKS; click++) {
                long step = user - (CLICKS - 1 - click) * stepsApart();
                if (step < 0 || step >= steps) {
                    continue;
                }
                long position = step * CLICKS + click;
                String type = patterns.get(patternOf(position)).click().eventType();
                start = Math.min(start, eventTimeMillis(position));
                end = Math.max(end, eventTimeMillis(position));
                count++;
                pages += type.equals("page_view") ? 1 : 0;
                orders += type.equals("purchase") ? 1 : 0;
            }
            if (count > 0 && end < finalBeforeMillis) {
                digest.add(SITE, userId(user), start, end, count, pages, orders);
            } else if (count > 0) {
                stillOpen++;
            }
        }
        return new Expected(digest, stillOpen);
    }

    private long watermarkBehind(long clicks) {
        long latest = Long.MIN_VALUE + FeedReader.BEHIND_MILLIS;
        for (long position = 0; position < clicks - clicks % FeedReader.WATERMARK_EVERY; position++) {
            latest = Math.max(latest, eventTimeMillis(position));
        }
        return latest - FeedReader.BEHIND_MILLIS;
    }

    @Override
    public Clicks openAt(long position) {
        return new Reading(this, position, decodedPatterns());
    }

    private static final class Reading implements Clicks {
        private final SteadySessions sessions;
        private final Pattern[] patterns;
        private final ClickPacker packer = new ClickPacker();
        private long position;

        Reading(SteadySessions sessions, long position, List<ReceivedClick> patterns) {
            this.sessions = sessions;
            this.position = position;
            this.patterns =
                    patterns.stream().map(click -> Pattern.of(click.click())).toArray(Pattern[]::new);
        }

        @Override
        public ReceivedClick next() {
            long at = position++;
            Pattern pattern = patterns[patternOf(at)];
            byte[] value = pattern.value().clone();
            writeEventId(at, value, Pattern.EVENT_ID);
            writeUser(sessions.userOf(at), value, Pattern.USER_ID_END);
            packer.reset(value);
            packer.eventTimeMillis(sessions.eventTimeMillis(at));
            pattern.placeTexts(packer);
            SourcePosition source = new SourcePosition(DecodedClicks.TOPIC, 0, at, sessions.sendTimeMillis(at));
            return new ReceivedClick(packer.pack(), source, null, value);
        }

        @Override
        public void close() {}
    }

    /**
     * What a generated click says beside who and when.
     *
     * @param value a record's value: event id and user id, to be filled in, and all other texts
     * @param ends where each text of {@link ClickText} ends in it, beginning where the one before ends; 0 for none
     * @param propertyEnds where the property's key and its value end
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pattern(byte[] value, int[] ends, int[] propertyEnds) {
        static final int EVENT_ID = 0;
        static final int USER_ID_END =
                EVENT_ID_DIGITS + SITE.length() + userId(0).length();

        static Pattern of(Click click) {
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            int[] ends = new int[ClickText.AMOUNT + 1];
            append("0".repeat(EVENT_ID_DIGITS), ClickText.EVENT_ID, value, ends);
            append(SITE, ClickText.SITE_ID, value, ends);
            append(userId(0), ClickText.USER_ID, value, ends);
            for (int field = ClickText.USER_ID + 1; field <= ClickText.AMOUNT; field++) {
                if (click.has(field)) {
                    value.write(click.bytes(field), click.textStart(field), click.textLength(field));
                    ends[field] = value.size();
                }
            }
            int[] propertyEnds = new int[2];
            click.properties((source, keyStart, keyLength, valueStart, valueLength) -> {
                value.write(source, keyStart, keyLength);
                propertyEnds[0] = value.size();
                value.write(source, valueStart, valueLength);
                propertyEnds[1] = value.size();
            });
            return new Pattern(value.toByteArray(), ends, propertyEnds);
        }

        private static void append(String text, int field, ByteArrayOutputStream value, int[] ends) {
            value.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            ends[field] = value.size();
        }

        void placeTexts(ClickPacker packer) {
            int start = 0;
            for (int field = 0; field < ends.length; field++) {
                if (ends[field] > 0) {
                    packer.place(field, start, ends[field]);
                    start = ends[field];
                }
            }
            packer.property(start, propertyEnds[0], propertyEnds[0], propertyEnds[1]);
        }
    }
}

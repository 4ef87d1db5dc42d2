package io.openclickstream.load.operator;

import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.schemas.click.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The clicks of {@link SteadySessions} by position, as records for Kafka in JSON, with the user as their key. */
public final class SteadyRecords implements LongFunction<GeneratedClick> {
    /** What the generator writes of who and when, before everything else. */
    private static final Pattern WHO_AND_WHEN = Pattern.compile("\\{\"event_id\":\"[^\"]*\",\"site_id\":\"[^\"]*\","
            + "\"user_id\":\"[^\"]*\",\"event_time\":[0-9]+,(\"sent_at\":[0-9]+,)?");

    private static final String BEFORE_EVENT_ID = "{\"event_id\":\"";
    private static final String NO_EVENT_ID = "0".repeat(SteadySessions.EVENT_ID_DIGITS);
    private static final String UP_TO_USER =
            BEFORE_EVENT_ID + NO_EVENT_ID + "\",\"site_id\":\"" + SteadySessions.SITE + "\",\"user_id\":\"";
    private static final String BEFORE_TIME = "\",\"event_time\":";
    private static final int USER_LENGTH = SteadySessions.userId(0).length();

    private final SteadySessions sessions;
    private final byte[][] afterTime;

    public SteadyRecords(SteadySessions sessions) {
        this.sessions = sessions;
        afterTime = SteadySessions.patterns().map(SteadyRecords::afterTime).toArray(byte[][]::new);
    }

    @Override
    public GeneratedClick apply(long position) {
        long eventTimeMillis = sessions.eventTimeMillis(position);
        byte[] upToTime = (UP_TO_USER + SteadySessions.userId(0) + BEFORE_TIME + eventTimeMillis + ",")
                .getBytes(StandardCharsets.US_ASCII);
        int userEnd = UP_TO_USER.length() + USER_LENGTH;
        SteadySessions.writeEventId(position, upToTime, BEFORE_EVENT_ID.length());
        SteadySessions.writeUser(sessions.userOf(position), upToTime, userEnd);
        byte[] rest = afterTime[SteadySessions.patternOf(position)];
        byte[] value = Arrays.copyOf(upToTime, upToTime.length + rest.length);
        System.arraycopy(rest, 0, value, upToTime.length, rest.length);
        byte[] key = Arrays.copyOfRange(value, UP_TO_USER.length(), userEnd);
        return new GeneratedClick(
                position, key, value, sessions.sendTimeMillis(position), eventTimeMillis, Outcome.ACCEPTED, null);
    }

    private static byte[] afterTime(GeneratedClick click) {
        String json = new String(click.value(), StandardCharsets.UTF_8);
        Matcher whoAndWhen = WHO_AND_WHEN.matcher(json);
        if (!whoAndWhen.lookingAt()) {
            throw new IllegalStateException(
                    "The generator does not begin a click with who and when any more: %s. Say here how it does."
                            .formatted(json));
        }
        return json.substring(whoAndWhen.end()).getBytes(StandardCharsets.UTF_8);
    }
}

package io.openclickstream.flight.server;

import io.openclickstream.flight.store.LogPosition;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a replica asks its leader for with a DoGet: {@code follow/v1/<term>/<sequence>}, the position it has come to, or
 * {@code follow/v1/-/0}. It is not signed, since it gives no right to anything.
 */
final class LogTicket {
    private static final Pattern FORM = Pattern.compile("follow/v1/(-|[0-9a-f-]{36})/(\\d{1,18})");

    private LogTicket() {}

    static byte[] of(LogPosition from) {
        String term = from.term() == null ? "-" : from.term();
        return "follow/v1/%s/%d".formatted(term, from.sequence()).getBytes(StandardCharsets.UTF_8);
    }

    /** Where whoever has this ticket stands; null when it is a ticket for something else. */
    static @Nullable LogPosition read(byte[] ticket) {
        if (ticket.length > 100) {
            return null;
        }
        Matcher form = FORM.matcher(new String(ticket, StandardCharsets.UTF_8));
        if (!form.matches()) {
            return null;
        }
        String term = form.group(1);
        return "-".equals(term)
                ? LogPosition.NOTHING
                : new LogPosition(term, Long.parseLong(String.valueOf(form.group(2))));
    }
}

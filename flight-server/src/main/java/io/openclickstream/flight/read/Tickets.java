package io.openclickstream.flight.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Shown;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes and reads tickets: {@code v2/<key>/<content>/<signature>}. A ticket holds its command, whom it is for and until
 * when, so it is answered by every server with the same keys, after a restart as well. It gives no right to anything:
 * whoever uses it must be the principal it was made for, and sees what that one may see then.
 */
public final class Tickets {
    /** More than the largest command becomes: a principal may ask with 256 KiB at most. */
    private static final int MAX_BYTES = 512 << 10;

    private static final Pattern FORM = Pattern.compile("(v2/([0-9a-f]{8})/([A-Za-z0-9_-]++))/([0-9a-f]{64})");

    private final Supplier<TicketKeys> keys;
    private final Duration lifetime;

    /**
     * @param keys asked for each ticket, so that they can change
     * @param lifetime how long a ticket is good for
     */
    public Tickets(Supplier<TicketKeys> keys, Duration lifetime) {
        this.keys = keys;
        this.lifetime = lifetime;
    }

    /** When a ticket made now expires. */
    public Instant expiry(Instant now) {
        return Instant.ofEpochMilli(now.plus(lifetime).toEpochMilli());
    }

    /** A ticket for what a command asks for, whatever its rows are when the ticket is used. */
    public byte[] make(ReadCommand command, Principal principal, Instant expiry) {
        ObjectNode content = CommandJson.write(command);
        ObjectNode whole = content.objectNode();
        whole.put("for", principal.name()).put("until", expiry.toEpochMilli()).set("command", content);
        TicketKeys now = keys.get();
        String text = "v2/" + now.signing() + "/"
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(whole.toString().getBytes(StandardCharsets.UTF_8));
        return (text + "/" + now.sign(now.signing(), text)).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * What a ticket asks for.
     *
     * @throws Refused INVALID when we did not make it or it has expired; NOT_ALLOWED when it was made for another
     */
    public ReadCommand read(byte[] ticket, Principal principal, Instant now) throws Refused {
        String text = new String(ticket, 0, Math.min(ticket.length, MAX_BYTES), StandardCharsets.UTF_8);
        Matcher form = FORM.matcher(text);
        if (ticket.length > MAX_BYTES || !form.matches()) {
            throw Refused.invalid(
                    "Cannot read the ticket '%s'. Tickets are not built by hand; call GetFlightInfo for a fresh one.",
                    Shown.text(text));
        }
        String signature = keys.get().sign(group(form, 2), group(form, 1));
        if (signature == null || !MessageDigest.isEqual(bytes(signature), bytes(group(form, 4)))) {
            throw Refused.invalid(
                    "This ticket is not signed with a key of this server. Call GetFlightInfo for a fresh one.");
        }
        ObjectNode content = CommandJson.object(Base64.getUrlDecoder().decode(group(form, 3)));
        if (!content.path("for").asText().equals(principal.name())) {
            throw Refused.notAllowed(
                    "This ticket was made for somebody else than '%s'. Call GetFlightInfo for one of your own.",
                    principal.name());
        }
        Instant until = Instant.ofEpochMilli(content.path("until").asLong());
        if (!now.isBefore(until)) {
            throw Refused.invalid("This ticket expired at %s. Call GetFlightInfo for a fresh one.", until);
        }
        return CommandJson.command(content.withObject("/command"));
    }

    private static String group(Matcher form, int group) {
        return String.valueOf(form.group(group));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

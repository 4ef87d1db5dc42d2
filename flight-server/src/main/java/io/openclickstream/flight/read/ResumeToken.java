package io.openclickstream.flight.read;

import io.openclickstream.flight.access.Sites;
import io.openclickstream.flight.store.Position;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Shown;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resume tokens: {@code r2.<lineage>.<live|committed>.<epoch>.<gone back>.<version>.<digest of what was subscribed to>}. A
 * token gives no right to anything; a false one harms nobody but whoever uses it.
 */
final class ResumeToken {
    private static final Pattern FORM = Pattern.compile(
            "r2\\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.(live|committed)\\.(\\d{1,18})\\.(\\d{1,18})\\.(\\d{1,18})\\.([0-9a-f]{16})");

    private ResumeToken() {}

    /** A token for somebody who stands there. */
    static String of(Position position, ReadCommand command, Sites sites) {
        return "r2.%s.%s.%d.%d.%d.%s"
                .formatted(
                        position.lineage(),
                        position.isCommitted() ? ReadCommand.COMMITTED : ReadCommand.LIVE,
                        position.epoch(),
                        position.goneBack(),
                        position.version(),
                        digest(command, sites));
    }

    /** Whether a token is one for what a command asks for. */
    static boolean isFor(String token, ReadCommand command, Sites sites) {
        Matcher form = FORM.matcher(token);
        return form.matches() && form.group(6).equals(digest(command, sites));
    }

    /**
     * Where the holder of a token stands.
     *
     * @throws Refused INVALID when it is none, or one for another table, filter or view, or other sites
     */
    static Position read(String token, ReadCommand command, Sites sites) throws Refused {
        Matcher form = FORM.matcher(token);
        if (!form.matches()) {
            throw Refused.invalid(
                    "Cannot read the resume token '%s'. Give one as it came in app_metadata, or leave 'resume' out.",
                    Shown.text(token));
        }
        boolean isCommitted = form.group(2).equals(ReadCommand.COMMITTED);
        if (!form.group(6).equals(digest(command, sites))
                || isCommitted != command.tableView().isCommitted()) {
            throw Refused.invalid(
                    "This resume token is for another table, view, filter or choice of columns, or for other sites. "
                            + "Leave 'resume' out to begin again with a snapshot.");
        }
        return new Position(
                form.group(1),
                isCommitted,
                Long.parseLong(form.group(3)),
                Long.parseLong(form.group(4)),
                Long.parseLong(form.group(5)));
    }

    private static String digest(ReadCommand command, Sites sites) {
        String what = CommandJson.write(command.resumingAt(null)) + "\n" + (sites.all() ? "*" : sites.names());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(what.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(digest, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}

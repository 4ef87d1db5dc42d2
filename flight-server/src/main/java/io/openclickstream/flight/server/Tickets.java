package io.openclickstream.flight.server;

import io.openclickstream.flight.log.UnusableData;
import io.openclickstream.flight.table.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads tickets: {@code v1/<table>/<signature>}, where the table is as {@code TableView.text()} writes it. A ticket holds all that is needed to answer it, so it
 * outlives the server's process; the signature shows that we made it.
 */
public final class Tickets {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int SIGNATURE_BYTES = 16;
    private static final int MAX_BYTES = 512;
    private static final Pattern FORM = Pattern.compile("(v1/([a-z][a-z0-9_@.~-]{0,160}))/([0-9a-f]{32})");

    private final SecretKeySpec key;

    /** @param key at least 32 bytes that nobody else knows */
    Tickets(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * Reads the key from a file, which is made with a random one, readable by its owner only, when it is missing.
     *
     * @throws UnusableData when it cannot be read, or holds no key
     */
    public static Tickets withKeyIn(Path file) throws UnusableData {
        try {
            if (!Files.exists(file)) {
                byte[] made = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(made);
                Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
                Files.deleteIfExists(unfinished);
                Files.createFile(
                        unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.write(unfinished, made);
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            }
            byte[] key = Files.readAllBytes(file);
            if (key.length != KEY_BYTES) {
                throw new UnusableData(
                        "Cannot use %s: it has %d bytes and a key has %d. Delete it to have a new one made; tickets "
                                        .formatted(file, key.length, KEY_BYTES)
                                + "given out before are then void.");
            }
            return new Tickets(key);
        } catch (UnusableData e) {
            throw e;
        } catch (IOException e) {
            throw new UnusableData(
                    "Cannot use %s: %s (%s)."
                            .formatted(file, e.getMessage(), e.getClass().getSimpleName()),
                    e);
        }
    }

    /** A ticket for a table, whatever its rows are when the ticket is used. */
    byte[] ticketFor(String table) {
        String content = "v1/" + table;
        return (content + "/" + HexFormat.of().formatHex(signature(content))).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The table a ticket is for.
     *
     * @throws Refused INVALID when we did not make the ticket
     */
    String tableOf(byte[] ticket) throws Refused {
        String text = new String(ticket, 0, Math.min(ticket.length, MAX_BYTES), StandardCharsets.UTF_8);
        Matcher form = FORM.matcher(text);
        if (ticket.length > MAX_BYTES || !form.matches()) {
            throw Refused.invalid(
                    "Cannot read the ticket '%s': expected v1/<table>/<signature>. Tickets are not built by hand; call "
                            + "GetFlightInfo with path [<table>] for a fresh one.",
                    Shown.text(text));
        }
        if (!MessageDigest.isEqual(
                HexFormat.of().parseHex(String.valueOf(form.group(3))), signature(String.valueOf(form.group(1))))) {
            throw Refused.invalid(
                    "The ticket for table %s was not made by this server. Call GetFlightInfo for a fresh one.",
                    String.valueOf(form.group(2)));
        }
        return String.valueOf(form.group(2));
    }

    private byte[] signature(String content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Arrays.copyOf(mac.doFinal(content.getBytes(StandardCharsets.UTF_8)), SIGNATURE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }
}

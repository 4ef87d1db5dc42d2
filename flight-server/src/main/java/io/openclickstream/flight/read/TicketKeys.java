package io.openclickstream.flight.read;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys that sign tickets. The first signs; all of them are believed, so that a new one can be put in front while
 * tickets of the old one are still about. Servers with the same keys take each other's tickets.
 *
 * <p>A file of them has a key a line: 32 bytes or more, in Base64. Empty lines and lines that begin with # are skipped.
 */
public final class TicketKeys {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MIN_BYTES = 32;
    private static final int SIGNATURE_BYTES = 32;

    private final Map<String, SecretKeySpec> keys;
    private final String first;

    private TicketKeys(List<byte[]> secrets) {
        this.keys = new LinkedHashMap<>();
        secrets.forEach(secret -> keys.put(idOf(secret), new SecretKeySpec(secret, ALGORITHM)));
        this.first = keys.keySet().iterator().next();
    }

    /**
     * Reads the content of a file.
     *
     * @throws IllegalArgumentException when it holds no keys; the message says why
     */
    public static TicketKeys parse(byte[] content) {
        List<byte[]> secrets = new ArrayList<>();
        int number = 0;
        for (String line : new String(content, StandardCharsets.UTF_8).lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            byte[] secret = decode(line.strip());
            if (secret.length < MIN_BYTES) {
                throw new IllegalArgumentException(
                        "line %d is no key: a key is %d bytes or more in Base64, as 'openssl rand -base64 32' makes them"
                                .formatted(number, MIN_BYTES));
            }
            secrets.add(secret);
        }
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("it holds no key; make one with 'openssl rand -base64 32'");
        }
        return new TicketKeys(secrets);
    }

    /** Makes a file with a random key that only its owner can read, unless there is a file. */
    public static void makeIfMissing(Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        byte[] secret = new byte[MIN_BYTES];
        new SecureRandom().nextBytes(secret);
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.deleteIfExists(unfinished);
        Files.createFile(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(unfinished, Base64.getEncoder().encodeToString(secret) + "\n");
        try {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Names the key that signs. */
    String signing() {
        return first;
    }

    /** The signature of a text by one of the keys, in hexadecimal; null when there is no such key. */
    @Nullable
    String sign(String key, String text) {
        SecretKeySpec secret = keys.get(key);
        if (secret == null) {
            return null;
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            byte[] signature = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(signature, SIGNATURE_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }

    private static byte[] decode(String line) {
        try {
            return Base64.getDecoder().decode(line);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static String idOf(byte[] secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret);
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}

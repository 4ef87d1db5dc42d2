package io.openclickstream.schemas.pseudonym;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes pseudonyms. Pure, but it works in buffers of its own: one instance for one thread.
 *
 * <p>A person of a site has one <b>group</b>: the first 128 bits of HMAC-SHA-256, under the grouping secret, of the length
 * of the site id (4 bytes, big-endian), the site id and the user id, both in UTF-8. State is kept under it, and nobody is
 * shown it. What is <b>shown</b> is the group enciphered as one block of AES-256 under the key of a period, so that every
 * person has another pseudonym in each period, two persons never the same one, and only who has a period's key can tell
 * whose it was. AES keys are the HMAC-SHA-256 of a fixed text under the key's secret. Both are written as 32 lower-case
 * hexadecimal digits.
 *
 * <p>None of this may ever change: what is stored would no longer match.
 */
public final class Pseudonyms {
    /** How many bytes a pseudonym has as text, all of them ASCII. */
    public static final int TEXT_BYTES = 32;

    private static final int BLOCK_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int FINGERPRINT_BYTES = 8;
    private static final String HMAC = "HmacSHA256";
    private static final byte[] SHOWN = "open-clickstream pseudonyms shown 1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PRINT = "open-clickstream pseudonyms fingerprint 1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final PseudonymKeys keys;
    private final Mac grouping;
    private final Cipher[] showing;
    private final Cipher[] regrouping;
    private final byte[] length = new byte[Integer.BYTES];
    private final byte[] hash = new byte[HASH_BYTES];
    private final byte[] block = new byte[BLOCK_BYTES];

    public Pseudonyms(PseudonymKeys keys) {
        this.keys = keys;
        grouping = mac(keys.grouping());
        showing = new Cipher[keys.periods()];
        regrouping = new Cipher[keys.periods()];
        for (int period = 0; period < keys.periods(); period++) {
            SecretKeySpec key = new SecretKeySpec(mac(keys.secret(period)).doFinal(SHOWN), "AES");
            showing[period] = cipher(Cipher.ENCRYPT_MODE, key);
            regrouping[period] = cipher(Cipher.DECRYPT_MODE, key);
        }
    }

    public PseudonymKeys keys() {
        return keys;
    }

    /**
     * Makes a person's group.
     *
     * @param site the array in which the site id stands in UTF-8
     * @param user the array in which the user id stands in UTF-8
     * @param group where the text is put, from the first byte on; at least {@value #TEXT_BYTES} bytes
     */
    public void group(
            byte[] site, int siteStart, int siteLength, byte[] user, int userStart, int userLength, byte[] group) {
        length[0] = (byte) (siteLength >>> 24);
        length[1] = (byte) (siteLength >>> 16);
        length[2] = (byte) (siteLength >>> 8);
        length[3] = (byte) siteLength;
        grouping.update(length);
        grouping.update(site, siteStart, siteLength);
        grouping.update(user, userStart, userLength);
        try {
            grouping.doFinal(hash, 0);
        } catch (ShortBufferException e) {
            throw new IllegalStateException("A hash is longer than its algorithm says.", e);
        }
        write(hash, group);
    }

    /**
     * Makes what is shown of a group.
     *
     * @param period see {@link PseudonymKeys#periodAt}
     * @param shown where the text is put, from the first byte on
     */
    public void show(byte[] group, int period, byte[] shown) {
        if (!read(group, 0)) {
            throw new IllegalArgumentException("This is no group: it is not 32 hexadecimal digits.");
        }
        encipher(showing[period]);
        write(block, shown);
    }

    /**
     * Finds the group of what was shown.
     *
     * @param shown the array in which it stands, as UTF-8
     * @param period in which it was shown
     * @param group where the text is put, from the first byte on
     * @return whether it is a pseudonym at all; otherwise nothing was put
     */
    public boolean regroup(byte[] shown, int start, int shownLength, int period, byte[] group) {
        if (shownLength != TEXT_BYTES || !read(shown, start)) {
            return false;
        }
        encipher(regrouping[period]);
        write(block, group);
        return true;
    }

    /** Whether a text looks like a group or what is shown of one. */
    public static boolean isOne(String text) {
        return text.length() == TEXT_BYTES && text.chars().allMatch(c -> c < 0x80 && digit((byte) c) >= 0);
    }

    /** Everything that a person was, is or will be called with these keys: the group first, then by period. */
    public List<String> all(String siteId, String userId) {
        byte[] site = siteId.getBytes(StandardCharsets.UTF_8);
        byte[] user = userId.getBytes(StandardCharsets.UTF_8);
        byte[] group = new byte[TEXT_BYTES];
        byte[] shown = new byte[TEXT_BYTES];
        group(site, 0, site.length, user, 0, user.length, group);
        List<String> all = new ArrayList<>();
        all.add(new String(group, StandardCharsets.US_ASCII));
        for (int period = 0; period < keys.periods(); period++) {
            show(group, period, shown);
            all.add(new String(shown, StandardCharsets.US_ASCII));
        }
        return all;
    }

    /** Tells secrets apart without giving them away. */
    static String fingerprint(byte[] secret) {
        return HexFormat.of().formatHex(Arrays.copyOf(mac(secret).doFinal(PRINT), FINGERPRINT_BYTES));
    }

    private static Mac mac(byte[] secret) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }

    // A single block that is already evenly distributed: there is nothing that a mode of operation could add or hide.
    @SuppressWarnings("InsecureCryptoUsage")
    private static Cipher cipher(int mode, SecretKeySpec key) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, key);
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has AES", e);
        }
    }

    private void encipher(Cipher cipher) {
        try {
            cipher.doFinal(block, 0, BLOCK_BYTES, block, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A whole block was not enciphered.", e);
        }
    }

    private boolean read(byte[] text, int start) {
        for (int i = 0; i < BLOCK_BYTES; i++) {
            int high = digit(text[start + 2 * i]);
            int low = digit(text[start + 2 * i + 1]);
            if ((high | low) < 0) {
                return false;
            }
            block[i] = (byte) (high << 4 | low);
        }
        return true;
    }

    private static int digit(byte b) {
        return b >= '0' && b <= '9' ? b - '0' : b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
    }

    private static void write(byte[] from, byte[] text) {
        for (int i = 0; i < BLOCK_BYTES; i++) {
            text[2 * i] = DIGITS[from[i] >> 4 & 0xF];
            text[2 * i + 1] = DIGITS[from[i] & 0xF];
        }
    }
}

package io.openclickstream.lake;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Makes a {@link PersonHash}: SHA-256 over site and user in UTF-8, each after its length in 4 bytes, big-endian, so that
 * no two persons have the same bytes. For one thread.
 */
public final class PersonHasher {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final String ALGORITHM = "SHA-256";

    private final MessageDigest digest;
    private final byte[] length = new byte[Integer.BYTES];
    private final byte[] hash;

    public PersonHasher() {
        try {
            digest = MessageDigest.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, e);
        }
        hash = new byte[digest.getDigestLength()];
    }

    /** Of a user of a site. */
    public PersonHash hash(String site, String user) {
        byte[] siteBytes = site.getBytes(StandardCharsets.UTF_8);
        byte[] userBytes = user.getBytes(StandardCharsets.UTF_8);
        return hash(siteBytes, 0, siteBytes.length, userBytes, 0, userBytes.length);
    }

    /** The same of ids that stand as UTF-8 within arrays. */
    public PersonHash hash(byte[] site, int siteStart, int siteLength, byte[] user, int userStart, int userLength) {
        add(site, siteStart, siteLength);
        add(user, userStart, userLength);
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("The array is as long as the digest", e);
        }
        return new PersonHash((long) LONG.get(hash, 0), (long) LONG.get(hash, Long.BYTES));
    }

    private void add(byte[] text, int start, int count) {
        INT.set(length, 0, count);
        digest.update(length);
        digest.update(text, start, count);
    }
}

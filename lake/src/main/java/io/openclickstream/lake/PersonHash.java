package io.openclickstream.lake;

import java.util.HexFormat;

/**
 * Who was erased, without saying the name: the first 16 bytes of the SHA-256 of site and user, as {@link PersonHasher}
 * makes them. Whoever knows an id can make the same, so it is personal data still; nobody reads an id out of it.
 *
 * @param high the first 8 bytes
 * @param low the next 8 bytes
 */
public record PersonHash(long high, long low) {
    private static final int DIGITS = 32;

    /** Of a user of a site. */
    public static PersonHash of(String site, String user) {
        return new PersonHasher().hash(site, user);
    }

    /**
     * From 32 hexadecimal digits.
     *
     * @throws IllegalArgumentException when the text is something else
     */
    public static PersonHash parse(String digits) {
        if (digits.length() != DIGITS) {
            throw new IllegalArgumentException(
                    "A person is written as %d hexadecimal digits, and not as %s".formatted(DIGITS, digits));
        }
        return new PersonHash(
                HexFormat.fromHexDigitsToLong(digits, 0, DIGITS / 2),
                HexFormat.fromHexDigitsToLong(digits, DIGITS / 2, DIGITS));
    }

    /** 32 hexadecimal digits in lower case. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}

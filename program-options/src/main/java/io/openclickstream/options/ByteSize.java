package io.openclickstream.options;

/**
 * A number of bytes, written {@code 64MiB}.
 *
 * @param bytes zero or more
 */
public record ByteSize(long bytes) {
    /** The size as an {@code int}, or {@link Integer#MAX_VALUE} where it is larger. */
    public int bytesAsInt() {
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    @Override
    public String toString() {
        for (int shift = 30; shift > 0; shift -= 10) {
            if (bytes != 0 && bytes % (1L << shift) == 0) {
                return (bytes >> shift) + (shift == 30 ? "GiB" : shift == 20 ? "MiB" : "KiB");
            }
        }
        return bytes + "B";
    }
}

package io.openclickstream.schemas.click;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One text for all clicks of a site. Millions of keys of state then hold as many texts of users, but not of sites, and
 * two keys of a site are known to be of one without a look into it: a wait for memory less at every click.
 *
 * <p>It only remembers. Threads may overwrite what others have put there, which costs a text more and changes nothing.
 */
final class SiteTexts {
    /** How many sites are remembered at most. */
    private static final int SLOTS = 1_024;

    /** Longer ones are not remembered, so that all of them together stay below half a megabyte. */
    static final int MAX_BYTES = 128;

    private static final class Site {
        private final byte[] utf8;
        private final String text;

        Site(byte[] utf8) {
            this.utf8 = utf8;
            text = text(utf8, 0, utf8.length);
        }
    }

    private static final @Nullable Site[] KNOWN = new Site[SLOTS];

    private SiteTexts() {}

    /** The text that these bytes are in UTF-8. */
    static String of(byte[] bytes, int start, int length) {
        if (length > MAX_BYTES) {
            return text(bytes, start, length);
        }
        int slot = hash(bytes, start, length) & SLOTS - 1;
        Site known = KNOWN[slot];
        if (known != null && Arrays.equals(known.utf8, 0, known.utf8.length, bytes, start, start + length)) {
            return known.text;
        }
        Site site = new Site(Arrays.copyOfRange(bytes, start, start + length));
        KNOWN[slot] = site;
        return site.text;
    }

    private static String text(byte[] bytes, int start, int length) {
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }

    private static int hash(byte[] bytes, int start, int length) {
        int hash = 0;
        for (int i = start; i < start + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash ^ hash >>> 16;
    }
}

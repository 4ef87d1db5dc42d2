package io.openclickstream.flight.table;

import org.jspecify.annotations.Nullable;

/** Text that came from a client, made fit for an error message: short, and without control characters. */
public final class Shown {
    private static final int MAX_CHARACTERS = 60;
    private static final int MAX_SENTENCE_CHARACTERS = 400;

    private Shown() {}

    /** At most 60 characters of it. */
    public static String text(String given) {
        return text(given, MAX_CHARACTERS);
    }

    /** At most 400 characters of it, for what another server has said. */
    public static String sentence(@Nullable String given) {
        return text(String.valueOf(given), MAX_SENTENCE_CHARACTERS);
    }

    private static String text(String given, int most) {
        String printable = given.codePoints()
                .limit(most)
                .map(c -> Character.isISOControl(c) || !Character.isDefined(c) || c == '\uFFFD' ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return given.length() > printable.length() ? printable + "..." : printable;
    }
}

package io.openclickstream.flight.table;

/** Text that came from a client, made fit for an error message: short, and without control characters. */
public final class Shown {
    private static final int MAX_CHARACTERS = 60;

    private Shown() {}

    /** At most 60 characters of it. */
    public static String text(String given) {
        String printable = given.codePoints()
                .limit(MAX_CHARACTERS)
                .map(c -> Character.isISOControl(c) || !Character.isDefined(c) || c == '\uFFFD' ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return given.length() > printable.length() ? printable + "..." : printable;
    }
}

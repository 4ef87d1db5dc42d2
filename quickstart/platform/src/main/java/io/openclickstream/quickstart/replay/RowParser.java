package io.openclickstream.quickstart.replay;

/** Reads one record of a file. Pure: equal text gives an equal result, and no text makes it throw. */
@FunctionalInterface
interface RowParser {
    RowResult parse(String text);

    /** The text as it may be shown to a person: one line, printable, at most 80 characters. */
    static String shown(String text) {
        String start = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return "'" + start.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    /** Whether a value says something; {@code -} is how logs write that there is none. */
    static boolean isGiven(String value) {
        return !value.isBlank() && !value.equals("-");
    }
}

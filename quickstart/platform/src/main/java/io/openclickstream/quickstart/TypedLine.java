package io.openclickstream.quickstart;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A command of the launcher as one line, which a shell reads as the same words again. */
final class TypedLine {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private TypedLine() {}

    /** @param options as the launcher was given them */
    static String of(String command, String... options) {
        return Arrays.stream(options)
                .map(TypedLine::word)
                .collect(Collectors.joining(" ", "./clickstream " + command + " ", ""))
                .strip();
    }

    private static String word(String option) {
        return PLAIN.matcher(option).matches() ? option : "'" + option.replace("'", "'\\''") + "'";
    }
}

package io.openclickstream.options;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Collects what is wrong with a program's options, so that a person can mend them all in one go. Values of
 * {@link Secret} options are not repeated.
 */
public final class Mistakes {
    private final Map<String, Given> given;
    private final List<String> lines = new ArrayList<>();

    Mistakes(Map<String, Given> given) {
        this.given = given;
    }

    /** Where a value came from and how it may be shown. */
    record Given(String shown, String source) {}

    /**
     * Reports one mistake.
     *
     * @param option the option's name without dashes, such as {@code session.gap}
     * @param reason what is wrong and what to do, as in "must be positive. Use the quiet time that ends a visit"
     */
    public void add(String option, String reason) {
        Given value = given.get(option);
        lines.add(
                value == null
                        ? "%s (default): %s".formatted(option, reason)
                        : "%s=%s (from %s): %s".formatted(option, value.shown(), value.source(), reason));
    }

    /** Reports a mistake unless {@code holds}; otherwise the same as {@link #add}. */
    public void require(boolean holds, String option, String reason) {
        if (!holds) {
            add(option, reason);
        }
    }

    void addLine(String line) {
        lines.add(line);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}

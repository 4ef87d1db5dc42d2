package io.openclickstream.quickstart.replay;

import java.util.Map;

/** What one line of a file turned out to be. */
sealed interface RowResult {
    /**
     * Named values, in the file's order; absent, empty and {@code -} values are left out.
     *
     * @param values names in lower case
     */
    record Row(Map<String, String> values) implements RowResult {}

    /**
     * A line that cannot be read.
     *
     * @param reason what was expected and what was found, in one line
     */
    record Unreadable(String reason) implements RowResult {}
}

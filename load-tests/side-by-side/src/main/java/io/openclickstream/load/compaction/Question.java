package io.openclickstream.load.compaction;

import java.util.Locale;

/** What DuckDB is asked. */
enum Question {
    /** All rows, of which two columns are read. */
    COUNT_AND_SUM("count and sum") {
        @Override
        String sql(String clicks, String user) {
            return "SELECT count(*), sum(amount) FROM " + clicks;
        }
    },
    /** The clicks of one user, with all their columns. */
    ONE_USER("one user's clicks") {
        @Override
        String sql(String clicks, String user) {
            return "SELECT * FROM %s WHERE user_id = '%s' ORDER BY kafka_offset".formatted(clicks, user);
        }
    };

    private final String shownAs;

    Question(String shownAs) {
        this.shownAs = shownAs;
    }

    /**
     * The question in SQL.
     *
     * @param clicks what stands behind FROM
     * @param user whose clicks are looked for; has no quotes
     */
    abstract String sql(String clicks, String user);

    /** How it is called in tables. */
    String shownAs() {
        return shownAs;
    }

    /** How it is called in results. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}

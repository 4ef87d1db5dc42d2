package io.openclickstream.schemas.click;

/** What became of a record that was read. Every record ends in exactly one of these. */
public enum Outcome {
    /** Counted in sessions and metrics. */
    ACCEPTED,
    /** A click of this user with the same event id was accepted before. */
    DUPLICATE,
    /** Its event time lies further behind the watermark than the allowed lateness. */
    LATE,
    /** Bytes we could not read as a click, or a click that breaks a rule of {@code click.avsc}. */
    MALFORMED,
    /** Its event time lies further ahead of its ingestion time than the allowed skew. */
    FUTURE,
    /** A click that we could trust, refused by a policy: its user behaves like a bot, or must not be known any more. */
    FILTERED
}

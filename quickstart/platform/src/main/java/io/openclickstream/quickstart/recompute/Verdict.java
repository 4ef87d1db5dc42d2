package io.openclickstream.quickstart.recompute;

/** What a comparison comes to; what weighs more stands further down. */
public enum Verdict {
    /** No row differs, and all was compared. */
    EQUAL(0),
    /** No row that could be compared differs, and some could not, or there was none. */
    NOT_FOUND_OUT(2),
    DIFFERENT(1);

    private final int exitCode;

    Verdict(int exitCode) {
        this.exitCode = exitCode;
    }

    /** Of a command that says so. */
    public int exitCode() {
        return exitCode;
    }

    /** Of both comparisons together. */
    public Verdict and(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}

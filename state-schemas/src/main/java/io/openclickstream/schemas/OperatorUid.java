package io.openclickstream.schemas;

/**
 * Every operator's uid: what ties its state in a savepoint to the code. Append-only: a uid is never renamed, reused or
 * given to an operator with another meaning.
 */
public enum OperatorUid {
    CLICK_SOURCE("click-source"),
    ROUTE("route"),
    SESSIONIZE("sessionize"),
    LEDGER("ledger"),
    TALLY_CLICKS("tally-clicks"),
    TALLY_SESSIONS("tally-sessions"),
    MERGE_PANES("merge-panes"),
    LAKE_CLICKS("lake-clicks"),
    LAKE_SESSIONS("lake-sessions"),
    LAKE_METRICS("lake-metrics"),
    LAKE_REJECTED("lake-rejected"),
    LIVE_SESSIONS("live-sessions"),
    LIVE_METRICS("live-metrics"),
    LIVE_LEDGER("live-ledger"),
    FINAL_SESSIONS("final-sessions"),
    FINAL_METRICS("final-metrics"),
    LAKE_LEDGER("lake-ledger");

    private final String uid;

    OperatorUid(String uid) {
        this.uid = uid;
    }

    /** The uid as it stands in savepoints. */
    public String uid() {
        return uid;
    }
}

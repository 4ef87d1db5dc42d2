package io.openclickstream.schemas;

/**
 * Every operator's uid: what ties its state in a savepoint to the code. Append-only: a uid is never renamed, reused or
 * given to an operator with another meaning. Tests compare this list with the stream graph, and with every release.
 */
public enum OperatorUid {
    CLICK_SOURCE("click-source", "reads clicks from Kafka and decodes them"),
    ROUTE("route", "parts clicks from records that could not be trusted, and counts both"),
    SESSIONIZE("sessionize", "keeps each user's open sessions and remembered event ids"),
    LEDGER("ledger", "adds up what became of the records of each Kafka partition"),
    TALLY_CLICKS("tally-clicks", "counts accepted clicks into panes where they are"),
    TALLY_SESSIONS("tally-sessions", "counts final sessions into panes where they are"),
    MERGE_PANES("merge-panes", "merges what all subtasks counted"),
    LAKE_CLICKS("lake-clicks", "writes accepted clicks to the lake"),
    LAKE_SESSIONS("lake-sessions", "writes final sessions to the lake"),
    LAKE_METRICS("lake-metrics", "writes final metrics to the lake"),
    LAKE_REJECTED("lake-rejected", "writes refused records to the lake"),
    LIVE_SESSIONS("live-sessions", "pushes sessions to their live table"),
    LIVE_METRICS("live-metrics", "pushes metrics to their live tables"),
    LIVE_LEDGER("live-ledger", "pushes the ledger's steps to their live table"),
    FINAL_SESSIONS("final-sessions", "lets final sessions pass"),
    FINAL_METRICS("final-metrics", "lets final metrics pass"),
    LAKE_LEDGER("lake-ledger", "writes the ledger's steps to the lake"),
    LIVE_COMMIT("live-commit", "commits the epochs of all live tables"),
    LAKE_COMMIT("lake-commit", "commits the epochs of all tables of the lake");

    private final String uid;
    private final String meaning;

    OperatorUid(String uid, String meaning) {
        this.uid = uid;
        this.meaning = meaning;
    }

    /** The uid as it stands in savepoints. */
    public String uid() {
        return uid;
    }

    /** What the operator does, in a few words. */
    public String meaning() {
        return meaning;
    }
}

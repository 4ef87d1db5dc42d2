package io.openclickstream.schemas.live;

/**
 * The keys of an Arrow schema's metadata, both in what a writer puts and in what a reader gets. Times are
 * milliseconds since 1970 in UTC, written as decimal numbers; a value that is not known is left out.
 */
public final class LiveMetadata {
    /** Put and get: the columns that identify a row, separated by commas. */
    public static final String PRIMARY_KEY = "clickstream.primary_key";
    /** Put and get: the timestamp column that assigns a row to a window of event time; left out when there is none. */
    public static final String WINDOW_COLUMN = "clickstream.window_column";
    /** Put and get: what a row is, in one sentence. */
    public static final String DESCRIPTION = "clickstream.description";
    /** Put and get, on a column: what it holds, with its unit. */
    public static final String COLUMN_DESCRIPTION = "description";

    /** Get: the lineage (UUID) of the job whose rows these are. */
    public static final String LINEAGE = "clickstream.lineage";
    /** Get: in the live view the smallest epoch that any writing subtask has reached, in a committed one its epoch. */
    public static final String EPOCH = "clickstream.epoch";
    /**
     * Get: which view of the table this is; {@code live} holds rows that no checkpoint covers yet, {@code committed} those
     * of all checkpoints up to its epoch.
     */
    public static final String VIEW = "clickstream.view";
    /**
     * Get: the checkpoint that the writers of the live view have gone back to; left out once they have completed another.
     */
    public static final String ROLLED_BACK_TO = "clickstream.rolled_back_to";
    /**
     * Get: rows that have not changed since this checkpoint are missing, since the server did not know the lineage then;
     * left out when none are.
     */
    public static final String BEGINS_AFTER = "clickstream.begins_after";
    /** Get: the smallest watermark of any writing subtask. */
    public static final String WATERMARK = "clickstream.watermark";
    /** Get: event time up to which no on-time click is missing. */
    public static final String COMPLETE_THROUGH = "clickstream.complete_through";
    /** Get: rows of windows that begin earlier are no longer kept here; left out while none has gone. */
    public static final String KEPT_FROM = "clickstream.kept_from";
    /** Get: counts the changes applied to the table; two snapshots with the same version hold the same rows. */
    public static final String VERSION = "clickstream.version";

    /** The column of a put that says what the row does; an 8-bit integer, see {@link Change}. */
    public static final String OP_COLUMN = "_op";

    private LiveMetadata() {}
}

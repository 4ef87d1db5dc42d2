package io.openclickstream.schemas.live;

/** Types of the actions that writers and operators send to a Flight server. */
public final class LiveActions {
    /** A subtask begins to write: {@link WriterOpening}, answered by {@link WriterOpened}. */
    public static final String OPEN = "open";
    /** A checkpoint is complete: {@link EpochCommit}, answered by the epoch that is committed now, as a decimal number. */
    public static final String COMMIT = "commit";
    /** Readers shall see another lineage: its UUID as text. Answered by the lineage that readers see now. */
    public static final String PROMOTE = "promote";
    /** What lineages there are: no body. Answered by one JSON object for each. */
    public static final String LINEAGES = "lineages";
    /**
     * Rows of persons shall leave every view of all tables, and the files in which the server keeps them:
     * {@link PersonsToErase}, answered by {@link PersonsFound} once that is so on disk.
     */
    public static final String ERASE = "erase";
    /** Whether there are rows of persons; changes nothing: {@link PersonsToErase}, answered by {@link PersonsFound}. */
    public static final String FIND_PERSONS = "find-persons";

    private LiveActions() {}
}

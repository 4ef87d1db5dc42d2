package io.openclickstream.failures;

import java.util.List;
import java.util.Map;

/** A server under test, and what readers see on it. */
interface Served extends AutoCloseable {
    /** Where it listens now. */
    int port();

    /**
     * Rows of the live view of a table, as {@link Row#text} writes them, sorted; none when there is no such table.
     *
     * @param lineage whose; null for the one that readers see
     */
    List<String> live(String lineage, String table) throws Exception;

    /** Whether there are committed views. */
    boolean hasEpochs();

    /** The same of a committed view. */
    List<String> committed(String lineage, String table, long epoch) throws Exception;

    /** The epoch that the committed view of each table stands at, as a reader of it is told. */
    Map<String, Long> committedEpochs(String lineage) throws Exception;

    /** The epochs of each lineage that can be read, the oldest first; that of readers who name none is the first lineage. */
    Map<String, List<Long>> keptEpochs() throws Exception;

    /** Lets readers see another lineage. */
    void promote(String lineage) throws Exception;

    /** Stops it and starts it again. */
    void restart() throws Exception;

    /**
     * Starts it again from what its disk held at this moment; nothing that it does afterwards counts. Its connections have
     * been cut.
     */
    void kill() throws Exception;

    @Override
    void close() throws Exception;
}

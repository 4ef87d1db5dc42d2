package io.openclickstream.schemas.metric;

/**
 * What is known of one combination of dimension values in one window, whole or in part.
 *
 * <p>Its measures are one block, so that it crosses the network and enters state as it is. The block begins with its
 * {@link #VERSION}; then comes each measure of the metric, in the order of the query. A measure is one byte that says
 * its form, and what {@link MeasureForm} says of it. {@link PaneReader} reads blocks without knowing the metric, {@link
 * PaneWriter} writes them. Equal content has equal bytes.
 *
 * @param measures the block; empty when nothing was measured. Not to be changed
 * @param ingestionTimeMillis latest ingestion time of what went in
 */
@SuppressWarnings("ArrayRecordComponent") // state, never compared
public record Pane(byte[] measures, long ingestionTimeMillis) {
    /** The first byte of a block. Readers of a later version read this one too. */
    public static final byte VERSION = 1;

    private static final byte[] NOTHING = {};

    public Pane {
        measures = measures == null ? NOTHING : measures;
    }
}

package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.LiveMetadata;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which rows of a table a snapshot holds.
 *
 * @param lineage whose rows they are
 * @param committedEpoch the epoch of a committed view; {@link #LIVE} for the live one
 * @param rolledBackTo where the writers have gone back to and not committed since; {@link #NONE} otherwise
 * @param beginsAfter the epoch after which the lineage became known here; 0 when that was its beginning
 * @param reachedEpoch the epoch that was committed then; of a committed view its own
 * @param rollbacks how often rows of the live view had been taken back
 * @param rewinds how often the committed view had gone back
 */
public record ViewFacts(
        String lineage,
        long committedEpoch,
        long rolledBackTo,
        long beginsAfter,
        long reachedEpoch,
        long rollbacks,
        long rewinds) {
    static final long LIVE = -1;
    static final long NONE = -1;

    /** Whether these are rows of the committed view. */
    public boolean isCommitted() {
        return committedEpoch != LIVE;
    }

    /** The same by the keys of {@link LiveMetadata}. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(LiveMetadata.LINEAGE, lineage);
        facts.put(LiveMetadata.VIEW, committedEpoch == LIVE ? "live" : "committed");
        if (committedEpoch != LIVE) {
            facts.put(LiveMetadata.EPOCH, Long.toString(committedEpoch));
        } else if (rolledBackTo != NONE) {
            facts.put(LiveMetadata.ROLLED_BACK_TO, Long.toString(rolledBackTo));
        }
        if (beginsAfter > 0) {
            facts.put(LiveMetadata.BEGINS_AFTER, Long.toString(beginsAfter));
        }
        return facts;
    }
}

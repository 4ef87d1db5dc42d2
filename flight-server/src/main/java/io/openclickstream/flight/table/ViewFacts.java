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
 */
public record ViewFacts(String lineage, long committedEpoch, long rolledBackTo, long beginsAfter) {
    static final long LIVE = -1;
    static final long NONE = -1;

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

package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.pseudonym.PseudonymKeys;
import io.openclickstream.schemas.pseudonym.Pseudonyms;
import java.nio.charset.StandardCharsets;

/**
 * What is shown of a session's user: the pseudonym of the moment at which the session began, for all of it, whatever keys
 * came into use meanwhile. It depends on the final session and the keys alone, not on how the session came together.
 */
final class ShownUsers {
    private final PseudonymSettings.Source source;
    private final Pseudonyms pseudonyms;
    private final byte[] group = new byte[Pseudonyms.TEXT_BYTES];
    private final byte[] shown = new byte[Pseudonyms.TEXT_BYTES];

    ShownUsers(PseudonymSettings.Source source, PseudonymKeys keys) {
        this.source = source;
        pseudonyms = new Pseudonyms(keys);
    }

    PseudonymKeys keys() {
        return pseudonyms.keys();
    }

    /**
     * The user id that is shown.
     *
     * @param stateUserId the group under which state is kept
     * @param startMillis event time of the session's first click
     */
    String shown(String stateUserId, long startMillis) {
        int period = pseudonyms.keys().periodAt(startMillis);
        if (source == PseudonymSettings.Source.SHOWN
                && (period == PseudonymKeys.NO_PERIOD || !Pseudonyms.isOne(stateUserId))) {
            return stateUserId; // the door found no group, so this is what was shown
        }
        period = Math.max(0, period); // below it where the key was deleted while the session was open
        byte[] bytes = stateUserId.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, group, 0, group.length);
        pseudonyms.show(group, period, shown);
        return new String(shown, StandardCharsets.US_ASCII);
    }
}

package io.openclickstream.quickstart.endtoend;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka record that the test sends.
 *
 * @param click what the record says; null when it is no click at all
 * @param refusedFor the reason code it must be rejected with; null when it must be accepted or be a duplicate
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Input(
        byte @Nullable [] key,
        byte @Nullable [] value,
        @Nullable Fields click,
        @Nullable String refusedFor) {
    /** The fields that the oracle counts by. */
    record Fields(
            String eventId,
            String site,
            String user,
            long timeMillis,
            String page,
            @Nullable BigDecimal amount,
            @Nullable String currency) {}
}

package io.openclickstream.quickstart.endtoend;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka record that a test sends.
 *
 * @param partition where it goes; null for the partition of its key
 * @param click what the record says; null when it is no click at all
 * @param refusedFor the reason code it must be rejected with; null when it must be accepted or be a duplicate
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Input(
        @Nullable Integer partition,
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

    /** The same for a partition of the test's choice. */
    Input to(int chosen) {
        return new Input(chosen, key, value, click, refusedFor);
    }

    /** The same click, sent when it is too late for it. */
    Input late() {
        return new Input(partition, key, value, click, "BEHIND_WATERMARK");
    }
}

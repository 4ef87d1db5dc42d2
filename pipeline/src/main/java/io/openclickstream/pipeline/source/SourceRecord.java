package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka record after decoding: a click or a rejected record, exactly one of the two.
 *
 * @param click the click, when it can be trusted
 * @param rejected the record and why it was refused, otherwise
 */
public record SourceRecord(
        @Nullable ReceivedClick click, @Nullable Rejected rejected) {
    /** Where the record stood in Kafka. */
    public SourcePosition position() {
        if (click != null) {
            return click.source();
        }
        if (rejected != null) {
            return rejected.source();
        }
        throw new IllegalStateException("A source record is neither a click nor rejected.");
    }
}

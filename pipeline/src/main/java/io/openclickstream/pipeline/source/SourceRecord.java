package io.openclickstream.pipeline.source;

import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.session.UserKey;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka record after decoding: a click or a rejected record, exactly one of the two.
 *
 * @param click the click, when it can be trusted
 * @param rejected the record and why it was refused, otherwise
 * @param user whose a rejected record says it is, where it could be read so far; null for a click, which says it itself
 */
public record SourceRecord(
        @Nullable ReceivedClick click,
        @Nullable Rejected rejected,
        @Nullable UserKey user) {
    /** A click, or a rejected record of nobody knows whom. */
    public SourceRecord(@Nullable ReceivedClick click, @Nullable Rejected rejected) {
        this(click, rejected, null);
    }

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

package io.openclickstream.pipeline.source;

import java.io.Serializable;

/**
 * The span of event time that is a backfill's business.
 *
 * @param fromMillis its first moment; {@code Long.MIN_VALUE} for no bound
 * @param untilMillis the first moment after it
 */
public record BackfillSpan(long fromMillis, long untilMillis) implements Serializable {
    /** Whether a record is its business. One that is refused is, unless its event time could be read and lies outside. */
    public boolean has(SourceRecord record) {
        if (record.click() != null) {
            return has(record.click().click().eventTimeMillis());
        }
        Long eventTime = record.rejected() == null ? null : record.rejected().eventTimeMillis();
        return eventTime == null || has(eventTime);
    }

    private boolean has(long eventTimeMillis) {
        return fromMillis <= eventTimeMillis && eventTimeMillis < untilMillis;
    }
}

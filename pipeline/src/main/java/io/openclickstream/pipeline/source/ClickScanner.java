package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.click.Click;
import org.jspecify.annotations.Nullable;

/**
 * Reads plain clicks of one format straight from their bytes: it finds where each text stands, without copying it or
 * making strings. Whatever is unusual, wrong or merely doubtful it leaves to a {@link ClickReader} and {@link ClickRules},
 * which alone decide what such a record is. So it may refuse nothing and mend nothing, and what it does take must be what
 * those two would have made of it; tests compare them over random records.
 */
interface ClickScanner {
    /**
     * Reads a record.
     *
     * @param value the record's value, which the click keeps
     * @param latestMillis the latest event time that is trusted
     * @return the click, or null when the record has to be read the long way
     */
    @Nullable
    Click scan(byte[] value, long latestMillis);
}

package io.openclickstream.pipeline.decide.click;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import org.jspecify.annotations.Nullable;

/** What a record turned out to be: a click we trust, or one we refuse with the reason kept. */
public sealed interface Decoded {
    /** A click that may move the watermark. */
    record Trusted(Click click) implements Decoded {}

    /**
     * A record that is refused.
     *
     * @param detail one line for a person
     * @param eventTimeMillis the event time, where it could be read
     */
    record Refused(Reason reason, String detail, @Nullable Long eventTimeMillis) implements Decoded {
        /** A refusal before any event time could be read. */
        public Refused(Reason reason, String detail) {
            this(reason, detail, null);
        }
    }
}

package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.pipeline.decide.click.RawClick;
import org.jspecify.annotations.Nullable;

/** Reads the bytes of one format into fields. */
interface ClickReader {
    /**
     * Fills {@code into} with what the bytes say; unknown fields are ignored.
     *
     * @return why the bytes cannot be read, or null when they could
     */
    @Nullable
    Refused read(byte[] value, RawClick into);
}

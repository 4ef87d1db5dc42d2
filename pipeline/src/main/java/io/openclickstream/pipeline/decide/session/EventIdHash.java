package io.openclickstream.pipeline.decide.session;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import org.apache.datasketches.hash.MurmurHash3;

/** 96 bits of the MurmurHash3 of an event id's UTF-8 bytes, which stand for the id among those of one user. */
public record EventIdHash(long low, int high) {
    private static final long SEED = 0x6F70656E;

    /** The hash of the click's event id. */
    public static EventIdHash of(Click click) {
        long[] hash = MurmurHash3.hash(
                click.bytes(ClickText.EVENT_ID),
                click.textStart(ClickText.EVENT_ID),
                click.textLength(ClickText.EVENT_ID),
                SEED);
        return new EventIdHash(hash[1], (int) hash[0]);
    }
}

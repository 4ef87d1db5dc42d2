package io.openclickstream.load.operator;

import io.openclickstream.schemas.click.ReceivedClick;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;

/** The clicks of a run, the same ones in the same order whenever they are asked for. */
interface Feed extends Serializable {

    /** The clicks from a position on. */
    Clicks openAt(long position) throws IOException;

    /** One reading of a feed. */
    interface Clicks extends Closeable {
        /** The next click, as new to the operator as one that has come through a shuffle: none of its texts is made. */
        ReceivedClick next() throws IOException;
    }
}

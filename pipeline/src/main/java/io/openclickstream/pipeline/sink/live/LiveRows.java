package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.live.LiveTableSchema;
import java.io.Serializable;
import java.util.List;

/** How rows of one type become rows of one or several live tables. */
public interface LiveRows<T> extends Serializable {
    /** The tables, in a fixed order. */
    List<LiveTableSchema> tables();

    /** Position of the row's table among {@link #tables()}; -1 when it belongs to none. */
    default int tableOf(T row) {
        return 0;
    }

    /** What identifies a row among those of its table that wait to be sent; has value equality. */
    Object key(T row);

    /** What the row does. */
    default Change change(T row) {
        return Change.UPSERT;
    }

    /** Fills the columns of one row. */
    void write(T row, LiveBatch batch);
}

package io.openclickstream.flight.store;

import io.openclickstream.flight.table.Refused;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import org.apache.arrow.vector.VectorSchemaRoot;

/** What an {@link EpochJob} writes to. */
interface EpochTarget {
    WriterOpened open(WriterOpening opening) throws Refused;

    void put(PutHeader header, VectorSchemaRoot batch) throws Refused;

    /** The epoch that is committed then. */
    long commit(EpochCommit commit) throws Refused;

    static EpochTarget of(LiveStore store) {
        return new EpochTarget() {
            @Override
            public WriterOpened open(WriterOpening opening) throws Refused {
                return store.open(opening);
            }

            @Override
            public void put(PutHeader header, VectorSchemaRoot batch) throws Refused {
                store.put(header, PutSchema.of(batch.getSchema()), batch);
            }

            @Override
            public long commit(EpochCommit commit) throws Refused {
                return store.commit(commit);
            }
        };
    }
}

package io.openclickstream.flight.store;

import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.table.PreparedPut;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.PersonsToErase;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What waits for the writer of the store, each with its answer. */
sealed interface Request {
    /** Completed when the request is durable, or with {@link io.openclickstream.flight.table.Refused}. */
    CompletableFuture<?> done();

    /**
     * Rows for a table.
     *
     * @param body the batch as it goes to the log
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Put(PutHeader header, PutSchema schema, PreparedPut prepared, byte[] body, CompletableFuture<Void> done)
            implements Request {}

    /** A subtask begins to write. */
    record Open(WriterOpening opening, CompletableFuture<WriterOpened> done) implements Request {}

    /** An epoch is complete. */
    record Commit(EpochCommit commit, CompletableFuture<Long> done) implements Request {}

    /** Records that another server has written. */
    record Follow(List<LogRecord> records, CompletableFuture<Void> done) implements Request {}

    /** Rows of persons shall go; done once no file holds them. */
    record Erase(PersonsToErase persons, CompletableFuture<PersonsFound> done) implements Request {}

    /** Somebody asks for rows of persons. */
    record Find(PersonsToErase persons, CompletableFuture<PersonsFound> done) implements Request {}

    /** Readers shall see another lineage. */
    record Promote(String lineage, CompletableFuture<Void> done) implements Request {}
}

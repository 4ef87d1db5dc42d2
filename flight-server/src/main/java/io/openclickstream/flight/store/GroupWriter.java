package io.openclickstream.flight.store;

import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.log.LogRecord;
import io.openclickstream.flight.log.PutLog;
import io.openclickstream.flight.store.Entries.LoggedCommit;
import io.openclickstream.flight.store.Entries.LoggedPut;
import io.openclickstream.flight.table.Lineage;
import io.openclickstream.flight.table.Persons;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.Table;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.flight.table.TableState.Counters;
import io.openclickstream.flight.table.Tables;
import io.openclickstream.flight.table.Tables.Eviction;
import io.openclickstream.flight.table.ViewFacts;
import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.WriterOpened;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a group of requests through their stations: admitted by the tables, appended to the log, applied, confirmed by the
 * disk once for all, published, acknowledged. Called by one thread; what it measures may be read by any.
 */
final class GroupWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);

    private static final byte[] NOTHING = {};

    private final DataFolder folder;
    private final Tables tables;
    private final Entries entries;
    private final PutLog log;
    private final Checkpoints checkpoints;
    private final Published published;
    private final Map<String, byte[]> loggedSchemas = new HashMap<>();
    private volatile long tableBufferBytes;
    private volatile long tableBytes;
    private volatile long logBytes;
    private volatile long durable;
    private volatile Terms terms = Terms.NONE;
    private volatile LogPosition position = LogPosition.NOTHING;
    private volatile @Nullable String failure;
    /** Something went wrong while records of another server were applied: the tables are nothing it ever had. */
    private boolean astray;

    private boolean stopped;
    private final List<Erasing> erasing = new ArrayList<>();

    /** An erasure that files still have to follow. */
    private record Erasing(Request.Erase request, long sequence, PersonsFound found) {}

    private GroupWriter(DataFolder folder, Recovered recovered, Checkpoints checkpoints, Published published) {
        this.folder = folder;
        this.tables = recovered.tables();
        this.entries = recovered.entries();
        this.log = recovered.log();
        this.checkpoints = checkpoints;
        this.published = published;
    }

    /** Goes on with what a folder holds, and publishes it. */
    static GroupWriter of(DataFolder folder, Recovered recovered, Checkpoints checkpoints, Published published) {
        GroupWriter writer = new GroupWriter(folder, recovered, checkpoints, published);
        published.publish(writer.tables);
        writer.measure();
        return writer;
    }

    /** Goes on with another state, which a leader has sent and the folder holds now, and closes this one. */
    GroupWriter replacedBy(Recovered recovered, Checkpoints made) {
        GroupWriter next = new GroupWriter(folder, recovered, made, published);
        published.replace(next.tables);
        next.measure();
        tables.close();
        return next;
    }

    /** Writes nothing any more, so that the folder can be given another content; what is published stays. */
    void stopWriting() throws IOException {
        goAstray();
        checkpoints.close();
        for (Erasing each : erasing) {
            each.request()
                    .done()
                    .completeExceptionally(new Refused(
                            Reason.UNAVAILABLE,
                            "The server is stopping. The persons are in no table any more; erase them again when it is back, "
                                    + "so that no file holds them."));
        }
        erasing.clear();
        if (!stopped) {
            stopped = true;
            log.close();
        }
    }

    /**
     * Begins to write the log as its only writer.
     *
     * @param term a name nobody has used yet
     */
    void lead(String term, LiveStore.Limits limits) throws IOException {
        Entries.LoggedTerm next = entries.nextTerm(term, limits);
        long sequence = log.next();
        log.append(Entries.TERM, Entries.json(next), NOTHING);
        entries.begin(next, sequence);
        log.force();
        if (entries.hasStrayed()) {
            // What left for want of memory during the recovery stands nowhere in the log: it must be begun anew.
            checkpoints.write(log.roll(), tables.pieces(), entries.beside());
        }
        measure();
    }

    /** What somebody who stands at a position needs to have the same tables. */
    LogFeed feed(LogPosition from) throws IOException {
        return LogFeed.open(folder, terms, from, () -> durable);
    }

    /** Answers every request of the group, in order. */
    void write(List<Request> group) {
        try {
            checkpointWhenDue();
            apply(group);
            if (checkpoints.isDue(0, entries.lastErasure())) {
                checkpointWhenDue();
            }
        } catch (Throwable e) {
            fail("the writer failed: " + e.getMessage(), e);
        }
        answerErasures();
        group.stream()
                .filter(request -> !request.done().isDone() && !isErasing(request))
                .forEach(request -> request.done().completeExceptionally(broken()));
    }

    private boolean isErasing(Request request) {
        return erasing.stream().anyMatch(each -> each.request().equals(request));
    }

    /** An erasure is done when a checkpoint has taken the place of the files before it. */
    private void answerErasures() {
        for (Erasing each : List.copyOf(erasing)) {
            if (checkpoints.writtenUpTo() >= each.sequence()) {
                each.request().done().complete(each.found());
            } else if (failure != null) {
                each.request().done().completeExceptionally(broken());
            } else if (checkpoints.hasFailed(each.sequence())) {
                each.request()
                        .done()
                        .completeExceptionally(Refused.noRoom(
                                "The persons are in no table any more, but the files in %s hold them until a checkpoint "
                                        + "is written, and that failed (%s). Make room and erase them again.",
                                folder.path(), checkpoints.lastFailure()));
            } else {
                continue;
            }
            erasing.remove(each);
        }
    }

    /**
     * What it takes to go on from a position; the caller closes it.
     *
     * @param isBehind whether more is known to come from a leader
     * @throws Refused INVALID when that cannot be told any more; UNAVAILABLE when it cannot be told yet
     */
    Resumption resume(TableView view, Position position, boolean isBehind) throws Refused {
        if (failure != null) {
            throw broken();
        }
        TableSnapshot now = published.find(view);
        try {
            Lineage lineage = tables.find(position.lineage());
            Table table = lineage == null ? null : lineage.tables().get(view.table());
            TableSnapshot base = table == null ? null : table.committed().get(position.epoch());
            if (lineage == null
                    || table == null
                    || !position.lineage().equals(now.view().lineage())) {
                throw tooLate("it is of lineage %s, and readers see %s"
                        .formatted(position.lineage(), now.view().lineage()));
            }
            requireHere(position, lineage, table, isBehind);
            if (base == null) {
                throw tooLate("it stands at epoch %d, and epochs kept are %s (epochs.kept)"
                        .formatted(position.epoch(), lineage.keptEpochs()));
            }
            boolean hasGoneBack = position.isCommitted()
                    ? base.view().rewinds() != position.goneBack()
                    : base.view().rollbacks() > position.goneBack();
            if (hasGoneBack) {
                throw tooLate("the job has gone back behind epoch %d since".formatted(position.epoch()));
            }
            Counters then = base.state().counters();
            Counters counters = table.state().counters();
            if (then.erasures() != counters.erasures()) {
                throw tooLate("persons have been erased since");
            }
            if (then.windowsEvicted() != counters.windowsEvicted()
                    || (!position.isCommitted() && then.forgotten() != counters.forgotten())) {
                throw tooLate("rows have left the server since for want of memory");
            }
            List<TableSnapshot> touched =
                    position.isCommitted() ? List.of() : table.touchedAfter(position.epoch(), now.view());
            return new Resumption(base.retain(), touched, now);
        } catch (Refused | RuntimeException e) {
            now.close();
            throw e;
        }
    }

    /** Lets only those pass who have seen nothing that is not here: a replica may not have come so far yet. */
    private static void requireHere(Position position, Lineage lineage, Table table, boolean isBehind) throws Refused {
        ViewFacts here = lineage.liveFacts();
        long goneBack = position.isCommitted() ? here.rewinds() : here.rollbacks();
        boolean isAhead = position.goneBack() == goneBack
                ? position.epoch() > lineage.committedEpoch()
                        || position.version() > table.state().version()
                : position.goneBack() > goneBack;
        if (isAhead && isBehind) {
            throw new Refused(
                    Reason.UNAVAILABLE,
                    "This replica has not come as far yet as whoever has this token. Try again in a moment.");
        } else if (isAhead) {
            throw tooLate("changes that its reader has seen are not here");
        }
    }

    private static Refused tooLate(String why) {
        return Refused.invalid(
                "This subscription cannot go on from its token: %s. Leave 'resume' out to begin again with a snapshot.",
                why);
    }

    /** Why nothing can be written until a restart; null while all is well. */
    @Nullable
    String failure() {
        return failure;
    }

    /** What the allocator has given for the rows of all tables. */
    long tableBufferBytes() {
        return tableBufferBytes;
    }

    /** What all tables cost, with uncommitted and kept epochs. */
    long tableBytes() {
        return tableBytes;
    }

    /** Up to where all is durable here; nothing when the tables have to be replaced. */
    LogPosition position() {
        return position;
    }

    /** Sequence of the last durable record. */
    long durable() {
        return durable;
    }

    /** Size of the log on disk. */
    long logBytes() {
        return logBytes;
    }

    /** What a request is told after {@link #failure}. */
    Refused broken() {
        return new Refused(
                Reason.UNAVAILABLE,
                "The server cannot make puts durable (%s). It has to be started again; nothing acknowledged is lost."
                        .formatted(failure));
    }

    /** Called once the last {@link #write} has returned. */
    @Override
    public void close() throws IOException {
        published.close();
        try {
            stopWriting();
        } finally {
            tables.close();
            folder.close();
        }
    }

    private void apply(List<Request> group) {
        List<Runnable> answers = new ArrayList<>();
        for (Request request : group) {
            try {
                if (failure != null) {
                    throw broken();
                }
                answers.add(apply(request));
            } catch (Refused e) {
                request.done().completeExceptionally(e);
            }
        }
        if (answers.isEmpty() || astray) {
            return;
        }
        try {
            log.force();
        } catch (IOException e) {
            fail("the disk did not confirm a write: " + e.getMessage(), e);
            return;
        }
        published.publish(tables);
        measure();
        answers.forEach(Runnable::run);
    }

    /** Applies one request and returns what gives its answer, once it is durable. */
    private Runnable apply(Request request) throws Refused {
        if (request instanceof Request.Put put) {
            return put(put);
        } else if (request instanceof Request.Open open) {
            tables.admit(open.opening());
            append(Entries.OPEN, open.opening().toBytes(), NOTHING);
            WriterOpened opened = tables.open(open.opening());
            LOG.atInfo()
                    .addKeyValue("writer", open.opening().writer())
                    .addKeyValue("subtask", open.opening().subtask())
                    .addKeyValue("lineage", open.opening().lineage())
                    .addKeyValue("restoredEpoch", open.opening().restoredEpoch())
                    .addKeyValue("committedEpoch", opened.committedEpoch())
                    .log("a writer has opened");
            return () -> open.done().complete(opened);
        } else if (request instanceof Request.Commit commit) {
            return commit(commit);
        } else if (request instanceof Request.Follow follow) {
            return follow(follow);
        } else if (request instanceof Request.Erase erase) {
            return erase(erase);
        } else if (request instanceof Request.Find find) {
            PersonsFound found = tables.find(new Persons(find.persons()));
            return () -> find.done().complete(found);
        }
        Request.Promote promote = (Request.Promote) request;
        tables.admitPromotion(promote.lineage());
        append(Entries.PROMOTE, Entries.bytes(promote.lineage()), NOTHING);
        tables.promote(promote.lineage());
        LOG.atInfo().addKeyValue("lineage", promote.lineage()).log("promoted a lineage");
        return () -> promote.done().complete(null);
    }

    private Runnable put(Request.Put put) throws Refused {
        checkpoints.refuseWhenBehind(log.bytes());
        List<Eviction> evictions = tables.admit(put.header(), put.prepared());
        if (evictions != null) {
            appendSchema(put);
            append(Entries.PUT, json(new LoggedPut(put.header(), evictions)), put.body());
            evictions.forEach(tables::evict);
            tables.apply(put.header(), put.prepared());
        }
        return () -> put.done().complete(null);
    }

    private Runnable commit(Request.Commit request) throws Refused {
        EpochCommit commit = request.commit();
        List<Eviction> evictions = tables.admit(commit);
        append(Entries.COMMIT, json(new LoggedCommit(evictions)), commit.toBytes());
        evictions.forEach(tables::evict);
        long committed = tables.commit(commit);
        return () -> request.done().complete(committed);
    }

    private Runnable erase(Request.Erase request) throws Refused {
        long sequence = log.next();
        append(Entries.ERASE, request.persons().toBytes(), NOTHING);
        PersonsFound found = entries.erase(request.persons(), sequence);
        LOG.atInfo()
                .addKeyValue("persons", request.persons().persons().size())
                .addKeyValue("tables", found.tables())
                .log("erased persons");
        return () -> erasing.add(new Erasing(request, sequence, found));
    }

    /** Does what another server has done, and writes it down as that one has. */
    private Runnable follow(Request.Follow follow) throws Refused {
        for (LogRecord record : follow.records()) {
            if (astray || record.sequence() != log.next()) {
                goAstray();
                throw new Refused(
                        Reason.UNAVAILABLE,
                        "Record %d does not follow what is here, which ends with %d."
                                .formatted(record.sequence(), log.next() - 1));
            }
            try {
                append(record.kind(), record.header(), record.body());
            } catch (Refused e) { // those before it are here
                return () -> follow.done().completeExceptionally(e);
            }
            try {
                entries.replay(record);
            } catch (IOException | RuntimeException e) {
                goAstray();
                throw new Refused(Reason.UNAVAILABLE, String.valueOf(e.getMessage()));
            }
        }
        return () -> follow.done().complete(null);
    }

    private void goAstray() {
        astray = true;
        position = LogPosition.NOTHING;
    }

    private void appendSchema(Request.Put put) throws Refused {
        String key = Entries.key(put.header().lineage(), put.header().table());
        if (!Arrays.equals(loggedSchemas.get(key), put.schema().bytes())) {
            append(Entries.SCHEMA, Entries.bytes(key), put.schema().bytes());
            loggedSchemas.put(key, put.schema().bytes());
        }
    }

    private void append(byte kind, byte[] header, byte[] body) throws Refused {
        try {
            log.append(kind, header, body);
        } catch (IOException e) {
            if (log.isBroken()) {
                fail("the log cannot be written: " + e.getMessage(), e);
                throw broken();
            }
            LOG.atWarn()
                    .addKeyValue("folder", folder.path())
                    .addKeyValue("reason", e.getMessage())
                    .log("refused what could not be written");
            throw Refused.noRoom(
                    "The request was not written to %s: %s. Nothing was lost; it can be sent again once there is room.",
                    folder.path(), String.valueOf(e.getMessage()));
        }
    }

    private static byte[] json(Object value) {
        try {
            return Entries.json(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkpointWhenDue() {
        if (failure != null || astray) {
            return;
        }
        try {
            checkpoints.finished(log);
            if (checkpoints.isDue(log.bytes(), entries.lastErasure())) {
                long last = log.roll();
                loggedSchemas.clear();
                checkpoints.start(last, tables.pieces(), entries.beside());
            }
        } catch (IOException e) {
            if (log.isBroken()) {
                fail("the log cannot be written: " + e.getMessage(), e);
            } else {
                checkpoints.failed(log.bytes(), e);
            }
        }
        measure();
    }

    private void measure() {
        tableBufferBytes = tables.bufferBytes();
        tableBytes = tables.bytes();
        logBytes = log.bytes();
        durable = log.durable();
        terms = entries.terms();
        position = astray ? LogPosition.NOTHING : terms.at(durable);
    }

    private void fail(String reason, Throwable cause) {
        if (failure == null) {
            failure = reason;
            LOG.atError()
                    .addKeyValue("folder", folder.path())
                    .addKeyValue("reason", reason)
                    .setCause(cause)
                    .log("takes no more puts until it is started again");
        }
    }
}

package io.openclickstream.flight.server;

import io.netty.util.internal.OutOfDirectMemoryError;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.store.Resumption;
import io.openclickstream.flight.table.Changes;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Selection;
import io.openclickstream.flight.table.TableSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * One client that follows a topic. It has a version, or is being sent the step to another one; whatever happened
 * meanwhile it then gets in one step, once it is ready. So a slow client costs the snapshots of the versions it stands between and a batch,
 * however much it has missed.
 *
 * <p>For the thread of {@link Subscriptions}; what others call says so.
 */
final class Subscription implements TableStreams.Reader {
    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LAST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(256);
    private static final long STARVED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Subscriptions subscriptions;
    private final Usages.Share share;
    private final ServerStreamListener listener;
    private final Portions.Portion memory;
    private final String table;
    private @Nullable Topic topic;
    private @Nullable VectorSchemaRoot batch;
    private @Nullable Version at;
    private @Nullable Sending sending;
    private long sentNanos;
    private boolean pausing;
    /** Since when there has been no memory for its next batch; 0 while there is. */
    private long starvingSinceNanos;

    private long retryNanos = FIRST_RETRY_NANOS;
    /** The app_metadata of the rows that are in the batch already; null when there are none. */
    private byte @Nullable [] unsent;

    private boolean over;
    /** The oldest version that is kept for it; null for none. */
    private volatile @Nullable Version oldest;

    /** What is being sent. */
    private interface Sending extends AutoCloseable {
        /** The version the client has when all is sent. */
        Version to();

        boolean hasNext();

        /** Whether its batches are encoded already, for several. */
        boolean isShared();

        /** Fills the next batch, with at most so many bytes if that is still open, and returns its app_metadata. */
        byte[] next(VectorSchemaRoot batch, long maxBytes);

        @Override
        void close();
    }

    Subscription(
            Subscriptions subscriptions,
            Usages.Share share,
            ServerStreamListener listener,
            Portions.Portion memory,
            String table) {
        this.table = table;
        this.subscriptions = subscriptions;
        this.share = share;
        this.listener = listener;
        this.memory = memory;
    }

    /** Name of the table that is followed. */
    String table() {
        return table;
    }

    /** Whether a message waits for the client, which has not taken it; never more than one does. For any thread. */
    boolean isWaitedFor() {
        return !listener.isReady();
    }

    /** Begins with all rows. */
    void begin(Topic followed, long nowNanos) {
        if (join(followed)) {
            oldest = followed.current();
            take(followed, null);
            pump(nowNanos);
        }
    }

    /** Goes on from where an earlier subscription has come to. */
    void resume(Topic followed, Resumption from, long nowNanos) {
        try {
            Version to = followed.version(from.now().retain());
            to.replaced(nowNanos);
            Sending step = null;
            try {
                step = stepFrom(from, to, followed.watch().selection(from.base()));
            } finally {
                if (step == null) {
                    to.close();
                }
            }
            if (join(followed)) {
                sending = step;
                oldest = to;
                pump(nowNanos);
            } else {
                step.close();
            }
        } catch (Refused e) {
            fail(e);
        }
    }

    /** What leads on from a position; takes over the version. */
    private static Sending stepFrom(Resumption from, Version to, Selection had) {
        Changes changes =
                Changes.between(from.base(), had, to.snapshot(), to.selection()).telling(from.touched(), to.snapshot());
        Step step = new Step(to, changes, Step.Kind.CHANGES, false);
        List<TableSnapshot> kept = new ArrayList<>(from.touched());
        kept.add(from.base());
        kept.forEach(TableSnapshot::retain);
        return new OwnStep(step, kept);
    }

    private boolean join(Topic followed) {
        if (over) {
            return false;
        }
        try {
            VectorSchemaRoot root = VectorSchemaRoot.create(followed.schema(), memory.allocator());
            batch = root;
            topic = followed;
            followed.subscribers().add(this);
            listener.start(root);
            return true;
        } catch (RuntimeException e) {
            fail(e);
            return false;
        }
    }

    /** Sends a batch if there is one and the client is ready for it; the rest follows by itself. */
    void pump(long nowNanos) {
        Topic followed = topic;
        VectorSchemaRoot root = batch;
        if (over || followed == null || root == null || pausing) {
            return;
        }
        try {
            if (!listener.isReady()) {
                return;
            }
            if (sending == null) {
                choose(followed);
            }
            Sending now = sending;
            if (now == null) {
                return;
            }
            long wait = share.waitNanos();
            if (wait > 0) {
                goOnAfter(wait);
                return;
            }
            if (!now.isShared() && unsent == null && memory.mustWait()) {
                retry();
                return;
            }
            byte[] mark = unsent != null ? unsent : now.next(root, memory.batchBytes(Subscriptions.BATCH_BYTES));
            unsent = mark; // should there be no memory to send it with
            send(mark, root, nowNanos);
            unsent = null;
            starvingSinceNanos = 0;
            retryNanos = FIRST_RETRY_NANOS;
            if (!now.hasNext()) {
                arrived(now);
            }
            if (sending != null || at != followed.current()) {
                subscriptions.pumpLater(this);
            }
        } catch (OutOfMemoryException e) {
            starve(nowNanos);
        } catch (OutOfDirectMemoryError e) {
            fail(withoutMemory());
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Of the connection: how much of a message it had taken by then nobody knows, so the stream cannot go on. */
    private static Refused withoutMemory() {
        return Refused.noRoom("The connections of this server take all the memory that they may "
                + "(-XX:MaxDirectMemorySize). Go on from the last token in a moment.");
    }

    /** Waits for memory. */
    private void starve(long nowNanos) {
        starvingSinceNanos = starvingSinceNanos == 0 ? nowNanos : starvingSinceNanos;
        if (nowNanos - starvingSinceNanos > STARVED_NANOS) {
            fail(Refused.noRoom(
                    "Subscribers need more memory than they may (subscriptions.memory-max, or quota.memory-max for "
                            + "one principal). Go on from the last token in a moment."));
            return;
        }
        retry();
    }

    /** Shows the client that the server is there when nothing else was sent for a while. */
    void keepAlive(long nowNanos, long intervalNanos) {
        Version known = at;
        VectorSchemaRoot root = batch;
        if (!over && known != null && root != null && sending == null && nowNanos - sentNanos >= intervalNanos) {
            try {
                if (listener.isReady()) {
                    root.setRowCount(0);
                    send(Step.keepAlive(known), root, nowNanos);
                }
            } catch (OutOfMemoryException e) {
                // The next one may get through.
            } catch (OutOfDirectMemoryError e) {
                fail(withoutMemory());
            } catch (RuntimeException e) {
                fail(e);
            }
        }
    }

    /** For any thread. */
    @Override
    public void cutOff(Refused why) {
        subscriptions.run(() -> fail(why));
    }

    /** For any thread. */
    @Override
    public long holdsSinceNanos() {
        Version held = oldest;
        return held == null ? Long.MAX_VALUE : held.replacedNanos();
    }

    void fail(Exception why) {
        if (!over) {
            end();
            if (!listener.isCancelled()) {
                listener.error(Answers.to(why, "DoGet"));
            }
        }
    }

    /** Gives everything back. */
    void end() {
        if (over) {
            return;
        }
        over = true;
        oldest = null;
        if (sending != null) {
            sending.close();
            sending = null;
        }
        if (at != null) {
            at.close();
            at = null;
        }
        if (batch != null) {
            batch.close();
        }
        share.close();
        memory.close();
        subscriptions.ended(this, topic);
    }

    /** Looks soon whether there is memory now, and then less and less often: most take a batch at once, some never. */
    private void retry() {
        goOnAfter(retryNanos);
        retryNanos = Math.min(LAST_RETRY_NANOS, 2 * retryNanos);
    }

    private void goOnAfter(long nanos) {
        pausing = true;
        subscriptions.after(nanos, this::goOn);
    }

    private void goOn() {
        pausing = false;
        pump(System.nanoTime());
    }

    private void choose(Topic followed) {
        Version known = at;
        if (known == null || known == followed.current()) {
            return;
        }
        if (followed.wayFrom(known).isSilent()) {
            at = followed.current().retain();
            oldest = at;
            known.close();
            return;
        }
        take(followed, known);
        if (!followed.isPrevious(known)) {
            subscriptions.conflated();
        }
    }

    /** Sets out to the current version. */
    private void take(Topic followed, @Nullable Version from) {
        Topic.Way way = followed.wayFrom(from);
        if (way.frame() != null) {
            sending = new SharedStep(way.frame().retain());
        } else {
            followed.current().retain();
            sending = new OwnStep(followed.stepFrom(from, way.changes()), List.of());
        }
    }

    private void arrived(Sending sent) {
        Version reached = sent.to().retain();
        sent.close();
        sending = null;
        if (at != null) {
            at.close();
        }
        at = reached;
        oldest = reached;
    }

    private void send(byte[] mark, VectorSchemaRoot root, long nowNanos) {
        share.sent(mark.length
                + root.getFieldVectors().stream()
                        .mapToLong(FieldVector::getBufferSize)
                        .sum());
        ArrowBuf metadata = memory.allocator().buffer(mark.length);
        metadata.writeBytes(mark);
        listener.putNext(metadata);
        root.clear();
        sentNanos = nowNanos;
    }

    /** A step that was encoded for all. */
    private static final class SharedStep implements Sending {
        private final Frame frame;
        private int next;

        SharedStep(Frame frame) {
            this.frame = frame;
            frame.to().retain();
        }

        @Override
        public Version to() {
            return frame.to();
        }

        @Override
        public boolean hasNext() {
            return next < frame.size();
        }

        @Override
        public boolean isShared() {
            return true;
        }

        @Override
        public byte[] next(VectorSchemaRoot batch, long maxBytes) {
            byte[] mark = frame.load(next, batch);
            next++;
            return mark;
        }

        @Override
        public void close() {
            frame.to().close();
            frame.release();
        }
    }

    /** A step for this client alone. */
    private record OwnStep(Step step, List<TableSnapshot> kept) implements Sending {
        @Override
        public Version to() {
            return step.to();
        }

        @Override
        public boolean hasNext() {
            return step.hasNext();
        }

        @Override
        public boolean isShared() {
            return false;
        }

        @Override
        public byte[] next(VectorSchemaRoot batch, long maxBytes) {
            return step.next(batch, maxBytes);
        }

        @Override
        public void close() {
            step.to().close();
            kept.forEach(TableSnapshot::close);
        }
    }
}

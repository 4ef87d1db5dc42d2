package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Usages;
import io.openclickstream.flight.read.Reading;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.table.Refused;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.jspecify.annotations.Nullable;

/** The tables being read: how many there may be, and which is cut off when they hold too much memory. */
final class TableStreams {
    private final int maxStreams;
    private final long maxHeldBytes;
    private final Portions memory;
    private final Usages usages;
    private final ServerMetrics metrics;
    private final TableStream.Pacer pacer;
    private final Set<Reader> open = new LinkedHashSet<>();

    /** Somebody who reads a table. */
    interface Reader {
        /** Ends the reading early with an answer that says why. For any thread; does not block. */
        void cutOff(Refused why);

        /**
         * Since when it holds rows that may have changed, of {@link System#nanoTime}; the largest number while it holds
         * none. For any thread.
         */
        long holdsSinceNanos();
    }

    /**
     * @param maxHeldBytes memory of rows that have changed since, which only streams still hold
     * @param memory for the batches on their way
     */
    TableStreams(
            int maxStreams,
            long maxHeldBytes,
            Portions memory,
            Usages usages,
            ServerMetrics metrics,
            TableStream.Pacer pacer) {
        this.maxStreams = maxStreams;
        this.maxHeldBytes = maxHeldBytes;
        this.memory = memory;
        this.usages = usages;
        this.metrics = metrics;
        this.pacer = pacer;
    }

    synchronized int count() {
        return open.size();
    }

    /**
     * Sends what was read; it is closed when the stream is over, or at once when it is refused.
     *
     * @throws Refused NO_ROOM when as many tables are being read as may be, by all or by this principal
     */
    void start(Reading reading, Principal principal, ServerStreamListener listener) throws Refused {
        TableStream stream;
        try {
            stream = open(reading, principal, listener);
        } catch (Refused | RuntimeException e) {
            reading.close();
            throw e;
        }
        stream.start();
    }

    private synchronized TableStream open(Reading reading, Principal principal, ServerStreamListener listener)
            throws Refused {
        checkRoom();
        Usages.Share share = usages.open(principal);
        var stream = new TableStream(reading, share, pacer, metrics, memory.open(principal), listener, this::remove);
        open.add(stream);
        return stream;
    }

    /**
     * Counts a reader that sends for itself, until it is removed.
     *
     * @return its share of the principal's quota, for the reader to close
     * @throws Refused NO_ROOM as {@link #start}
     */
    synchronized Usages.Share add(Reader reader, Principal principal) throws Refused {
        checkRoom();
        Usages.Share share = usages.open(principal);
        open.add(reader);
        return share;
    }

    /** Memory for the batches of a reader that sends for itself; closed by the reader. */
    Portions.Portion memory(Principal principal) {
        return memory.open(principal);
    }

    private void checkRoom() throws Refused {
        if (open.size() >= maxStreams) {
            throw Refused.noRoom(
                    "%d tables are being read, as many as may be at once (streams.max). Try again in a moment.",
                    maxStreams);
        }
    }

    /**
     * Cuts off the reader that has held its rows the longest when changed rows that only readers hold take too much memory.
     *
     * @param others readers besides these streams
     */
    void cutOffSlowest(LiveStore store, Collection<? extends Reader> others) {
        if (store.bytesHeldByReaders() > maxHeldBytes) {
            Reader first = slowest(others);
            if (first != null) {
                first.cutOff(Refused.noRoom(
                        "This reader was too slow: the rows it has yet to read have changed since, and keeping the old ones "
                                + "for all readers takes more than %d bytes (streams.memory-max). Read again, faster.",
                        maxHeldBytes));
            }
        }
    }

    synchronized void remove(Reader stream) {
        open.remove(stream);
    }

    private synchronized @Nullable Reader slowest(Collection<? extends Reader> others) {
        Reader slowest = null;
        for (Reader each : (Iterable<Reader>) Stream.concat(open.stream(), others.stream())::iterator) {
            long since = each.holdsSinceNanos();
            if (since != Long.MAX_VALUE && (slowest == null || since - slowest.holdsSinceNanos() < 0)) {
                slowest = each;
            }
        }
        return slowest;
    }
}

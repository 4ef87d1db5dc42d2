package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.store.TableView;
import io.openclickstream.flight.table.Refused;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Those who wait until a table is complete through some time. Waiting takes no thread; {@link #look} answers. */
final class Waits {
    private final ReadableTables tables;
    private final Queue<Wait> waiting = new ConcurrentLinkedQueue<>();
    private final int most;
    private final Semaphore room;

    /**
     * One who waits.
     *
     * @param gone says whether nobody waits for the answer any more
     * @param answer is told whether the table has become complete
     * @param failed is told when the wait cannot go on
     */
    record Wait(
            TableView table,
            long throughMillis,
            Principal principal,
            Instant until,
            BooleanSupplier gone,
            Consumer<Boolean> answer,
            Consumer<Refused> failed) {}

    /** @param most how many may wait at once */
    Waits(ReadableTables tables, int most) {
        this.tables = tables;
        this.most = most;
        this.room = new Semaphore(most);
    }

    int count() {
        return waiting.size();
    }

    /**
     * Begins a wait; it is answered at once when there is nothing to wait for.
     *
     * @throws Refused NO_ROOM when as many wait as may
     */
    void add(Wait wait, Instant now) throws Refused {
        if (isOver(wait, now)) {
            return;
        }
        if (!room.tryAcquire()) {
            throw Refused.noRoom("%d calls are waiting, as many as may (waits.max). Try again in a moment.", most);
        }
        waiting.add(wait);
    }

    /** Answers those who have waited long enough. Called by one thread. */
    void look(Instant now) {
        waiting.removeIf(wait -> {
            boolean over = isOver(wait, now);
            if (over) {
                room.release();
            }
            return over;
        });
    }

    /** Tells all who wait that they wait in vain. */
    void close() {
        look(Instant.MAX);
    }

    private boolean isOver(Wait wait, Instant now) {
        try {
            if (wait.gone().getAsBoolean()) {
                return true;
            }
            boolean complete = tables.isComplete(wait.table(), wait.throughMillis(), wait.principal());
            if (complete || !now.isBefore(wait.until())) {
                wait.answer().accept(complete);
                return true;
            }
            return false;
        } catch (Refused e) {
            wait.failed().accept(e);
            return true;
        }
    }
}

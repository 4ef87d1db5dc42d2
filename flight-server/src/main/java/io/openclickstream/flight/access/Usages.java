package io.openclickstream.flight.access;

import io.openclickstream.flight.table.Refused;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Holds every principal to its quota, over all its streams. */
public final class Usages {
    private final Map<String, Usage> byName = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    /** One stream of a principal; closed once. */
    public final class Share implements AutoCloseable {
        private final Usage usage;
        private final long bytesPerSecond;

        private Share(Usage usage, long bytesPerSecond) {
            this.usage = usage;
            this.bytesPerSecond = bytesPerSecond;
        }

        /** How long to wait before more may be sent; 0 for not at all. */
        public long waitNanos() {
            return usage.waitNanos(bytesPerSecond, nanoTime.getAsLong());
        }

        public void sent(long bytes) {
            usage.sent(bytes, bytesPerSecond, nanoTime.getAsLong());
        }

        @Override
        public void close() {
            usage.close(nanoTime.getAsLong());
        }
    }

    /** @param nanoTime such as {@link System#nanoTime} */
    public Usages(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Begins a stream.
     *
     * @throws Refused NO_ROOM when the principal has as many as it may
     */
    public Share open(Principal principal) throws Refused {
        long now = nanoTime.getAsLong();
        forgetIdle(principal.quota().bytesPerSecond(), now);
        boolean[] opened = new boolean[1];
        Usage usage = byName.compute(principal.name(), (name, known) -> {
            Usage own = known == null ? new Usage(now) : known;
            opened[0] = own.open(principal.quota().streams(), now);
            return own;
        });
        if (!opened[0]) {
            throw Refused.noRoom(
                    "'%s' is reading %d tables, as many as it may at once (quota.streams). Try again in a moment.",
                    principal.name(), principal.quota().streams());
        }
        return new Share(usage, principal.quota().bytesPerSecond());
    }

    private void forgetIdle(long bytesPerSecond, long now) {
        if (byName.size() > 1000) {
            byName.keySet()
                    .forEach(name -> byName.computeIfPresent(
                            name, (same, usage) -> usage.isIdle(bytesPerSecond, now) ? null : usage));
        }
    }
}

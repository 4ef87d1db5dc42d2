package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Principal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;

/** Memory for what is on its way to readers, of which no principal gets more than its quota. */
final class Portions implements AutoCloseable {
    private static final int LEAST_ENDED = 64;
    /** Smaller batches cost more than they carry. */
    private static final long LEAST_BATCH_BYTES = 8 << 10;

    private final BufferAllocator all;
    private final int clients;
    private final Map<String, Own> byName = new HashMap<>();
    /** Streams that are over, of which a buffer may be on its way for a while. */
    private List<Portion> ended = new ArrayList<>();

    private int lookAgainAt = LEAST_ENDED;

    /** What a principal has, and how many portions are taken from it. */
    private static final class Own {
        private final String name;
        private final BufferAllocator allocator;
        private int portions;

        Own(String name, BufferAllocator allocator) {
            this.name = name;
            this.allocator = allocator;
        }
    }

    /** A stream's part of its principal's memory; closed once, when it allocates no more. */
    final class Portion implements AutoCloseable {
        private final Own own;
        private final BufferAllocator allocator;

        private Portion(Own own) {
            this.own = own;
            this.allocator = own.allocator.newChildAllocator("stream", 0, Long.MAX_VALUE);
        }

        /** Refuses what exceeds the quota, or all that there is, with an {@code OutOfMemoryException}. */
        BufferAllocator allocator() {
            return allocator;
        }

        /** What is on its way to this stream's client and to nobody else, in bytes. */
        long bytes() {
            return allocator.getAllocatedMemory();
        }

        /**
         * Whether memory is so scarce that the client must take what is on its way to it before it is sent more. So those
         * who take nothing leave something for those who do, however many they are.
         */
        boolean mustWait() {
            return isScarce() && bytes() > 0;
        }

        /**
         * How large the next batch for its client may be, in bytes. While there is plenty of memory, as large as is fast;
         * when it is scarce, so small that every client can have one on its way.
         *
         * @param most what is fast
         */
        long batchBytes(long most) {
            long limit = Math.min(own.allocator.getLimit(), all.getLimit());
            // What is allocated for a batch may be twice what is in it: a quarter of the memory, for one and for all.
            return Math.min(most, isScarce() ? Math.max(LEAST_BATCH_BYTES, limit / 8 / clients) : limit / 8);
        }

        /** Whether more than half of what its principal may have is used, or of what all may. */
        private boolean isScarce() {
            return isHalfUsed(own.allocator) || isHalfUsed(all);
        }

        @Override
        public void close() {
            end(this);
        }
    }

    /**
     * @param all bounds what all principals get together
     * @param clients how many there may be at once
     */
    Portions(BufferAllocator all, int clients) {
        this.all = all;
        this.clients = clients;
    }

    /** For a stream of a principal. */
    synchronized Portion open(Principal principal) {
        Own own = byName.computeIfAbsent(
                principal.name(), name -> new Own(name, all.newChildAllocator(name, 0, Long.MAX_VALUE)));
        own.allocator.setLimit(principal.quota().memoryBytes());
        own.portions++;
        return new Portion(own);
    }

    /** For what is sent to several. */
    BufferAllocator shared() {
        return all;
    }

    /** What is allocated for all principals and in common, in bytes. */
    long bytes() {
        return all.getAllocatedMemory();
    }

    /** Closed once every buffer is free. */
    @Override
    public synchronized void close() {
        forgetUnused();
        all.close();
    }

    private static boolean isHalfUsed(BufferAllocator allocator) {
        return allocator.getAllocatedMemory() > allocator.getLimit() / 2;
    }

    private synchronized void end(Portion portion) {
        ended.add(portion);
        if (ended.size() >= lookAgainAt) {
            forgetUnused();
            lookAgainAt = Math.max(LEAST_ENDED, 2 * ended.size());
        }
    }

    private void forgetUnused() {
        List<Portion> inUse = new ArrayList<>();
        for (Portion portion : ended) {
            if (portion.bytes() > 0) {
                inUse.add(portion);
                continue;
            }
            portion.allocator.close();
            Own own = portion.own;
            if (--own.portions == 0) {
                own.allocator.close();
                byName.remove(own.name);
            }
        }
        ended = inUse;
    }
}

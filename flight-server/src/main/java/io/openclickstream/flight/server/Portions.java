package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Principal;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;

/** Memory for what is on its way to readers, of which no principal gets more than its quota. */
final class Portions implements AutoCloseable {
    private final BufferAllocator all;
    private final Map<String, Own> byName = new HashMap<>();

    /** What a principal has, and how many of its streams take from it. */
    private static final class Own {
        private final BufferAllocator allocator;
        private int streams;

        Own(BufferAllocator allocator) {
            this.allocator = allocator;
        }
    }

    /** A stream's way to its principal's memory; closed once, when it allocates no more. */
    final class Portion implements AutoCloseable {
        private final Own own;

        private Portion(Own own) {
            this.own = own;
        }

        /** Refuses what exceeds the quota, or all that there is, with an {@code OutOfMemoryException}. */
        BufferAllocator allocator() {
            return own.allocator;
        }

        @Override
        public void close() {
            synchronized (Portions.this) {
                own.streams--;
                forgetUnused();
            }
        }
    }

    /** @param all bounds what all principals get together */
    Portions(BufferAllocator all) {
        this.all = all;
    }

    /** For a stream of a principal. */
    synchronized Portion open(Principal principal) {
        Own own = byName.computeIfAbsent(
                principal.name(), name -> new Own(all.newChildAllocator(name, 0, Long.MAX_VALUE)));
        own.allocator.setLimit(principal.quota().memoryBytes());
        own.streams++;
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

    /** A buffer may be on its way for a while after its stream has ended. */
    private void forgetUnused() {
        byName.values().removeIf(own -> {
            boolean isUnused = own.streams == 0 && own.allocator.getAllocatedMemory() == 0;
            if (isUnused) {
                own.allocator.close();
            }
            return isUnused;
        });
    }
}

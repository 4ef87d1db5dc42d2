package io.openclickstream.load.store;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.AllocationListener;

/**
 * Counts all bytes that are ever allocated: on the heap by the thread that asks, and by an Arrow allocator that has this
 * for its listener.
 */
final class Allocations implements AllocationListener {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final AtomicLong direct = new AtomicLong();

    @Override
    public void onAllocation(long size) {
        direct.addAndGet(size);
    }

    /** Heap by this thread and direct memory by any, since the beginning. */
    long bytes() {
        return heapBytes() + direct.get();
    }

    /** Heap by this thread since the beginning. */
    static long heapBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }
}

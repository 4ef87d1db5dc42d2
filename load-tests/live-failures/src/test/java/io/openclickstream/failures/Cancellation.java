package io.openclickstream.failures;

/**
 * Interrupts a thread while it may be interrupted, and at no other moment: a message that was delayed strikes when nobody
 * expects it any more.
 */
final class Cancellation {
    private final Thread thread;
    private boolean mayCome;
    private boolean isInsistedOn;

    Cancellation(Thread thread) {
        this.thread = thread;
    }

    /** Now or never. For any thread. */
    synchronized void cancel() {
        if (mayCome) {
            thread.interrupt();
        }
    }

    /** The same, or as soon as it may. */
    synchronized void insist() {
        isInsistedOn = true;
        cancel();
    }

    /** For the thread itself, as all that follows. */
    synchronized void mayCome() {
        mayCome = true;
        if (isInsistedOn) {
            thread.interrupt();
        }
    }

    /** Whether it has come and was not noticed; it is forgotten. */
    synchronized boolean mayComeNoMore() {
        mayCome = false;
        return Thread.interrupted();
    }
}

package io.openclickstream.flight.access;

/**
 * What one principal may use at once.
 *
 * @param streams tables it may be reading at a time, over Flight and HTTP together
 * @param bytesPerSecond of rows sent to it, over all its streams
 * @param memoryBytes of batches on their way to it, by reads and as much by subscriptions
 * @param requestBytes of one command, URL or action's body
 */
public record Quota(int streams, long bytesPerSecond, long memoryBytes, int requestBytes) {
    /** No bound but the server's own; commands stay bounded. */
    public static final Quota NONE = new Quota(Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 64 << 10);
}

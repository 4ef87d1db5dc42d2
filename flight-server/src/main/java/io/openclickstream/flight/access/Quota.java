package io.openclickstream.flight.access;

/**
 * What one principal may use at once.
 *
 * @param streams tables it may be reading at a time, over Flight and HTTP together
 * @param bytesPerSecond of rows sent to it, over all its streams
 * @param requestBytes of one command, URL or action's body
 */
public record Quota(int streams, long bytesPerSecond, int requestBytes) {
    /** No bound but the server's own; commands stay bounded. */
    public static final Quota NONE = new Quota(Integer.MAX_VALUE, Long.MAX_VALUE, 64 << 10);
}

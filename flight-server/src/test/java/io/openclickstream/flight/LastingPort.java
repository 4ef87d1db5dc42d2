package io.openclickstream.flight;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port that a server has before and after a restart. It lies below those that systems hand out by themselves: one of
 * them may be another socket's while the server is away, or become both ends of a client that tries to connect.
 */
final class LastingPort {
    private static final int FIRST = 20_000;
    private static final int AFTER_LAST = 30_000;

    private LastingPort() {}

    /** One that nobody listens on. */
    static int free() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER_LAST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken; another one then
            }
        }
    }
}

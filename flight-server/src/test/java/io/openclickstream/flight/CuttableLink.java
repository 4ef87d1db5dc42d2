package io.openclickstream.flight;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A way to a server that a test can cut, or let nothing through. Where it leads to can change. */
final class CuttableLink implements AutoCloseable {
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong passed = new AtomicLong();
    private volatile int target;
    private volatile int cuts;
    private boolean stalled;
    private volatile boolean closed;

    /** @param target port that it leads to */
    CuttableLink(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Leads to another port from now on; what is open is cut. */
    void leadTo(int port) {
        target = port;
        cut();
    }

    /** Ends every connection, also one that is just being made. */
    synchronized void cut() {
        cuts++;
        for (Socket each : sockets) {
            close(each);
        }
    }

    /** Lets nothing through, from the server's side, until it is told otherwise. */
    synchronized void stall(boolean shall) {
        stalled = shall;
        notifyAll();
    }

    /** Bytes that came from the server. */
    long passed() {
        return passed.get();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        stall(false);
        listening.close();
        cut();
    }

    private void accept() {
        while (!closed) {
            try {
                connect(listening.accept());
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void connect(Socket client) {
        int before = cuts;
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException e) { // the server is away: the client sees a connection that ends
            close(client);
            return;
        }
        sockets.add(client);
        sockets.add(server);
        start(() -> copy(client, server, false));
        start(() -> copy(server, client, true));
        if (cuts != before) {
            close(client);
            close(server);
        }
    }

    private void copy(Socket from, Socket to, boolean fromServer) {
        byte[] bytes = new byte[16 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                if (fromServer) {
                    passed.addAndGet(read);
                    awaitPassage();
                }
                out.write(bytes, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // cut
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private synchronized void awaitPassage() throws InterruptedException {
        while (stalled) {
            wait();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "link");
        thread.setDaemon(true);
        thread.start();
    }
}

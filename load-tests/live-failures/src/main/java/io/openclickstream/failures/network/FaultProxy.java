package io.openclickstream.failures.network;

import io.openclickstream.failures.network.Http2Frames.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A network between a job and its server that does what networks do, to the next message that passes. */
public final class FaultProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Fault> armed = new AtomicReference<>();
    private volatile int serverPort;
    private volatile boolean isDown;

    /** What happens to a message. */
    public enum Kind {
        /** The connection ends in the middle of a request. */
        CUT_REQUEST,
        /** The server has done what it was asked, and the connection ends before the answer. */
        LOSE_ANSWER,
        /** The request takes a while. */
        DELAY,
        /** As of a process that is stopped: the connection stays, nothing passes, and later all of it does. */
        STALL;

        private boolean isOfRequests() {
            return this != LOSE_ANSWER;
        }
    }

    /**
     * A fault to come.
     *
     * @param pause of a delay or a stall
     * @param then runs when it strikes
     */
    public record Fault(Kind kind, Duration pause, Runnable then) {}

    /** @param serverPort where the server listens on this machine */
    public FaultProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        threads.execute(this::accept);
    }

    /** Where it listens itself. */
    public int port() {
        return listening.getLocalPort();
    }

    /** Strikes the next message of its direction, once; replaces what has not struck yet. */
    public void arm(Fault fault) {
        armed.set(fault);
    }

    /** What has not struck yet never will. */
    public void disarm() {
        armed.set(null);
    }

    /** Ends all connections and makes no more until {@link #up}. */
    public void down() {
        isDown = true;
        connections.forEach(Connection::cut);
    }

    /** Makes connections again. */
    public void up(int newServerPort) {
        serverPort = newServerPort;
        isDown = false;
    }

    /** Ends all connections. */
    public void cut() {
        connections.forEach(Connection::cut);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (isDown) {
                    client.close();
                } else {
                    threads.execute(() -> connect(client));
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Connection connection = new Connection(client, server);
            connections.add(connection);
            if (isDown) {
                connection.cut();
            }
            threads.execute(() -> connection.pump(client, server, true));
            threads.execute(() -> connection.pump(server, client, false));
        } catch (IOException e) {
            closeQuietly(client); // the server is away
        }
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile CompletableFuture<?> stalledUntil = CompletableFuture.completedFuture("now");

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Socket from, Socket to, boolean fromClient) {
            try {
                Http2Frames frames = new Http2Frames(from.getInputStream(), fromClient);
                OutputStream out = to.getOutputStream();
                for (Frame frame = frames.next(); frame != null; frame = frames.next()) {
                    Fault fault = frame.isData() ? take(fromClient) : null;
                    if (fault != null && !strike(fault, frame, out)) {
                        return;
                    }
                    stalledUntil.join();
                    out.write(frame.bytes());
                    out.flush();
                }
            } catch (IOException e) {
                // the connection has ended; so does its other half
            } finally {
                cut();
            }
        }

        /** False when the connection is over. */
        private boolean strike(Fault fault, Frame frame, OutputStream out) throws IOException {
            fault.then().run();
            switch (fault.kind()) {
                case CUT_REQUEST -> {
                    out.write(frame.bytes(), 0, frame.bytes().length / 2);
                    out.flush();
                    return false;
                }
                case LOSE_ANSWER -> {
                    return false;
                }
                case DELAY -> passed(fault.pause()).join();
                case STALL -> stalledUntil = passed(fault.pause());
            }
            return true;
        }

        void cut() {
            closeQuietly(client);
            closeQuietly(server);
            connections.remove(this);
        }
    }

    /** What strikes a message of this direction; null for nothing. */
    private @Nullable Fault take(boolean fromClient) {
        Fault fault = armed.get();
        boolean isDue = fault != null && fault.kind().isOfRequests() == fromClient;
        return isDue && armed.compareAndSet(fault, null) ? fault : null;
    }

    private static CompletableFuture<?> passed(Duration pause) {
        Executor later = CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS);
        return CompletableFuture.runAsync(() -> {}, later);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone anyway
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
        threads.shutdownNow();
    }
}

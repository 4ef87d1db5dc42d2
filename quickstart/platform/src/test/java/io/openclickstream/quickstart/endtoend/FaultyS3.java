package io.openclickstream.quickstart.endtoend;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * S3 as it is on a bad day: in front of a real one, it refuses, dawdles, and hangs up in the middle of an object.
 * Its JVM must have been started with {@code sun.net.http.allowRestrictedHeaders}: the signature of a request covers the
 * host it was sent to, so that has to be passed on.
 */
final class FaultyS3 implements AutoCloseable {
    /** One request in so many goes wrong. */
    private static final int ONE_IN = 12;

    private static final String HOST_IS_PASSED_ON = "sun.net.http.allowRestrictedHeaders";
    private static final int UNAVAILABLE = 503;
    private static final long SLOW_MILLIS = 1_500;

    /** What happens to a request. */
    enum Fault {
        /** Refused before anything is done. */
        REFUSED,
        /** Done, and then said to have failed. */
        ANSWER_LOST,
        /** Done late. */
        SLOW,
        /** The connection ends while the object is on its way. */
        HUNG_UP
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int port;
    private final Random random;
    private final Map<Fault, AtomicInteger> struck = new EnumMap<>(Fault.class);
    private volatile boolean isMended;

    /** @param port of the real one */
    FaultyS3(int port, long seed) throws IOException {
        if (!Boolean.getBoolean(HOST_IS_PASSED_ON)) {
            throw new IllegalStateException("Start the JVM with -D" + HOST_IS_PASSED_ON + "=true.");
        }
        this.port = port;
        this.random = new Random(seed);
        for (Fault fault : Fault.values()) {
            struck.put(fault, new AtomicInteger());
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How often each fault struck. */
    Map<Fault, AtomicInteger> struck() {
        return struck;
    }

    /** From now on all is well. */
    void mend() {
        isMended = true;
    }

    private void answer(HttpExchange exchange) throws IOException {
        Fault fault = fault();
        try (exchange) {
            if (fault != null) {
                struck.get(fault).incrementAndGet();
            }
            if (fault == Fault.REFUSED) {
                refuse(exchange);
                return;
            }
            if (fault == Fault.HUNG_UP) {
                exchange.getRequestBody().readNBytes(100);
                throw new IOException("hung up");
            }
            if (fault == Fault.SLOW) {
                TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
            }
            pass(exchange, fault == Fault.ANSWER_LOST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(HttpExchange exchange, boolean isAnswerLost) throws IOException {
        URI asked = exchange.getRequestURI();
        var connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + asked).toURL().openConnection();
        connection.setRequestMethod(exchange.getRequestMethod());
        connection.setConnectTimeout(5_000);
        connection.setReadTimeout(60_000);
        exchange.getRequestHeaders()
                .forEach((name, values) -> values.forEach(value -> {
                    if (!name.equalsIgnoreCase("Connection") && !name.equalsIgnoreCase("Expect")) {
                        connection.addRequestProperty(name, value);
                    }
                }));
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("PUT")
                || exchange.getRequestMethod().equals("POST")) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.length);
            connection.getOutputStream().write(body);
        }
        int status = connection.getResponseCode();
        byte[] content;
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            content = in == null ? new byte[0] : in.readAllBytes();
        }
        if (isAnswerLost) {
            refuse(exchange);
            return;
        }
        connection.getHeaderFields().forEach((name, values) -> {
            if (name != null
                    && !List.of("transfer-encoding", "connection", "date").contains(name.toLowerCase(Locale.ROOT))) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        boolean isEmpty = content.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isEmpty ? -1 : content.length);
        if (!isEmpty) {
            exchange.getResponseBody().write(content);
        }
    }

    private static void refuse(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] text = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
                .getBytes(StandardCharsets.UTF_8);
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(UNAVAILABLE, isHead ? -1 : text.length);
        if (!isHead) {
            exchange.getResponseBody().write(text);
        }
    }

    private synchronized Fault fault() {
        Fault[] faults = Fault.values();
        return isMended || random.nextInt(ONE_IN) != 0 ? null : faults[random.nextInt(faults.length)];
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

package io.openclickstream.flight.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Health and metrics over HTTP. {@code /health/live}: 200 unless only a restart can help. {@code /health/ready}: 200 when
 * calls are answered. {@code /metrics}: Prometheus. Both healths answer 503 with the reason otherwise.
 */
final class HttpEndpoint implements AutoCloseable {
    private static final int THREADS = 2;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
        Thread made = new Thread(work, "http");
        made.setDaemon(true);
        return made;
    });

    static {
        // A client that dawdles must not keep one of the few threads: the JDK's server reads these once, in seconds.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "10");
    }

    /**
     * Starts to answer.
     *
     * @param notLive why only a restart can help, null when all is well
     * @param notReady why calls are not answered yet or any more, null when they are
     */
    HttpEndpoint(
            InetSocketAddress address,
            ServerMetrics metrics,
            Supplier<@Nullable String> notLive,
            Supplier<@Nullable String> notReady)
            throws IOException {
        server = HttpServer.create(address, 16);
        server.setExecutor(threads);
        server.createContext(
                "/", exchange -> answer(exchange, 404, "There is /health/live, /health/ready and /metrics."));
        server.createContext("/health/live", exchange -> health(exchange, notLive.get()));
        server.createContext("/health/ready", exchange -> health(exchange, notReady.get()));
        server.createContext("/metrics", new MetricsHandler(metrics.registry()));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void health(HttpExchange exchange, @Nullable String trouble) throws IOException {
        answer(exchange, trouble == null ? 200 : 503, trouble == null ? "ok" : trouble);
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}

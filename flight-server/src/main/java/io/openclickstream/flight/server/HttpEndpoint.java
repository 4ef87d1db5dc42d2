package io.openclickstream.flight.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Role;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Health, metrics, tables and a page for people over HTTP. {@code /health/live}: 200 unless only a restart can help. {@code /health/ready}:
 * 200 when calls are answered. Both answer 503 with the reason otherwise, and ask nobody who they are. {@code /metrics}:
 * Prometheus, for admins. {@code /tables}: see {@link HttpTables}. {@code /}: see {@link LivePage}.
 */
final class HttpEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    /** Threads that tables never get, so that health answers whoever reads what. */
    private static final int SPARE_THREADS = 2;

    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private final HttpServer server;
    private final Access access;
    private final ServerMetrics metrics;
    private final InstantSource clock;
    private final boolean openMetrics;
    private final int maxStreams;
    private final Semaphore streams;
    private final ExecutorService threads;
    private volatile @Nullable HttpTables tables;

    static {
        // The JDK's server reads these once. A client that dawdles over its request must not keep one of the few
        // threads;
        // times are in seconds.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "600");
        System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", "131072");
    }

    /** Answers a call, or refuses it before anything is sent. */
    private interface Handler {
        void handle(HttpExchange exchange) throws IOException, Refused;
    }

    /**
     * Starts to answer.
     *
     * @param maxStreams tables that may be read at once over HTTP
     * @param notLive why only a restart can help, null when all is well
     * @param notReady why calls are not answered yet or any more, null when they are
     */
    HttpEndpoint(
            InetSocketAddress address,
            Access access,
            boolean openMetrics,
            int maxStreams,
            ServerMetrics metrics,
            InstantSource clock,
            Supplier<@Nullable String> notLive,
            Supplier<@Nullable String> notReady)
            throws IOException {
        this.access = access;
        this.openMetrics = openMetrics || access.isOpen();
        this.maxStreams = maxStreams;
        this.streams = new Semaphore(maxStreams);
        this.metrics = metrics;
        this.clock = clock;
        this.server = create(address, access.tls());
        this.threads = Executors.newFixedThreadPool(maxStreams + SPARE_THREADS, work -> {
            Thread made = new Thread(work, "http");
            made.setDaemon(true);
            return made;
        });
        server.setExecutor(threads);
        LivePage page = new LivePage();
        server.createContext("/", guarded(exchange -> {
            if (isRead(exchange)) {
                page.answer(exchange);
            }
        }));
        server.createContext("/health/live", guarded(exchange -> health(exchange, notLive.get())));
        server.createContext("/health/ready", guarded(exchange -> health(exchange, notReady.get())));
        HttpHandler prometheus = new MetricsHandler(metrics.registry());
        server.createContext("/metrics", guarded(exchange -> {
            if (!this.openMetrics) {
                admit(exchange, credential(exchange)).require(Role.ADMIN);
            }
            prometheus.handle(exchange);
        }));
        server.createContext(HttpTables.PATH, guarded(this::tables));
        server.start();
    }

    /** Begins to answer for tables. */
    void serve(HttpTables served) {
        tables = served;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        tables = null;
        server.stop(0);
        threads.shutdownNow();
    }

    private void tables(HttpExchange exchange) throws IOException, Refused {
        if (!isRead(exchange)) {
            return;
        }
        Credential credential = credential(exchange);
        Principal principal = admit(exchange, credential);
        HttpTables serving = tables;
        if (serving == null) {
            throw new Refused(Reason.UNAVAILABLE, "The server is starting or stopping. Try again in a moment.");
        }
        if (!streams.tryAcquire()) {
            throw Refused.noRoom(
                    "%d tables are being read over HTTP, as many as may be at once (http.streams-max). Try again in a "
                            + "moment.",
                    maxStreams);
        }
        try {
            serving.answer(exchange, principal, credential);
        } finally {
            streams.release();
        }
    }

    /** Whether it is a GET or HEAD; anything else has been answered then. */
    private static boolean isRead(HttpExchange exchange) throws IOException {
        boolean isRead = List.of("GET", "HEAD").contains(exchange.getRequestMethod());
        if (!isRead) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            answer(exchange, 405, "text/plain; charset=utf-8", text("This is read with GET."));
        }
        return isRead;
    }

    private Principal admit(HttpExchange exchange, Credential credential) throws Refused {
        if (access.isOpen() && !isAskedByOwnName(exchange)) {
            // A page of another site whose name was made to lead here would otherwise read with the browser's hands.
            throw Refused.notAllowed("This server answers to localhost only, since nobody has to sign in.");
        }
        return access.doorkeeper().admit(credential, clock.instant());
    }

    private static boolean isAskedByOwnName(HttpExchange exchange) {
        String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
        return OWN_NAMES.contains(host.replaceFirst(":\\d+$", ""));
    }

    private static Credential credential(HttpExchange exchange) {
        X509Certificate certificate =
                exchange instanceof HttpsExchange encrypted ? SignIn.certificate(encrypted.getSSLSession()) : null;
        return Credential.of(exchange.getRequestHeaders().getFirst("Authorization"), certificate);
    }

    /** Turns refusals into answers. What breaks off closes the connection, so that no client takes a part for the whole. */
    private HttpHandler guarded(Handler handler) {
        return exchange -> {
            try {
                handler.handle(exchange);
            } catch (Refused e) {
                metrics.refused(e.reason());
                if (e.reason() == Reason.NOT_SIGNED_IN) {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
                }
                answer(exchange, Answers.httpStatus(e), "text/plain; charset=utf-8", text(e.getMessage()));
            } catch (RuntimeException e) {
                String number = Answers.number(e, exchange.getRequestMethod());
                answer(
                        exchange,
                        500,
                        "text/plain; charset=utf-8",
                        text("The server could not answer. Its log says why, under " + number + "."));
            } catch (IOException e) {
                LOG.debug("an answer broke off", e);
                throw e;
            }
        };
    }

    private static void health(HttpExchange exchange, @Nullable String trouble) throws IOException {
        answer(
                exchange,
                trouble == null ? 200 : 503,
                "text/plain; charset=utf-8",
                text(trouble == null ? "ok" : trouble));
    }

    private static byte[] text(@Nullable String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static void answer(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static HttpServer create(InetSocketAddress address, @Nullable Tls tls) throws IOException {
        if (tls == null) {
            return HttpServer.create(address, 16);
        }
        HttpsServer encrypted = HttpsServer.create(address, 16);
        SSLContext context = tls.forHttp();
        encrypted.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setProtocols(Tls.PROTOCOLS);
                wanted.setWantClientAuth(tls.isMutual());
                parameters.setSSLParameters(wanted);
            }
        });
        return encrypted;
    }
}

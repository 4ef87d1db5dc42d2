package io.openclickstream.flight.server;

import com.sun.net.httpserver.HttpExchange;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The page for people at {@code /}: a few files without any data, the same for everybody. What the page shows it asks of
 * {@link HttpTables} in the browser, as whoever looks at it; its policy lets it ask nobody else.
 */
final class LivePage {
    private static final String POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'");

    private final Map<String, Part> parts = Map.of(
            "/", Part.read("live-page.html", "text/html; charset=utf-8"),
            "/live-page.js", Part.read("live-page.js", "text/javascript; charset=utf-8"),
            "/live-page.css", Part.read("live-page.css", "text/css; charset=utf-8"));

    @SuppressWarnings("ArrayRecordComponent") // never compared, and never changed
    private record Part(String contentType, byte[] body) {
        static Part read(String name, String contentType) {
            try (InputStream in = LivePage.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalStateException(name + " is missing in the jar of the Flight server");
                }
                return new Part(contentType, in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Answers a GET.
     *
     * @throws Refused UNKNOWN_TABLE when the path is none of the page's
     */
    void answer(HttpExchange exchange) throws Refused, IOException {
        Part part = parts.get(exchange.getRequestURI().getPath());
        if (part == null) {
            throw new Refused(
                    Reason.UNKNOWN_TABLE,
                    "There is / (a page to look at), /tables, /metrics, /health/live and /health/ready.");
        }
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", POLICY);
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cache-Control", "no-cache");
        HttpEndpoint.answer(exchange, 200, part.contentType(), part.body());
    }
}

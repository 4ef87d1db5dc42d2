package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openclickstream.flight.table.SiteRows;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The live page as a person sees it, in a real browser, of a real server with real rows. */
@Timeout(300)
class LivePageIT {
    private static final Path PICTURES = ServerProcess.ROOT.resolve("flight-server/target/live-page");
    private static final String HOSTILE = "<img src=x onerror=\"document.title='hit'\">";
    private static final long NOW = System.currentTimeMillis() / 1000 * 1000;
    private static final String[] PAGES = {
        "/", "/cart", "/shoes/trail-runner", "/blog/how-to-lace", "/checkout", "/sale"
    };

    @TempDir
    Path folder;

    private Browser browser;

    @BeforeEach
    void start() throws Exception {
        Browser.require();
        browser = Browser.start(folder.resolve("profile"));
        browser.look(1200, 900, "light");
    }

    @AfterEach
    void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void tablesAndSessionsMoveWhileOneLooks() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder.resolve("data"));
                TestClient job = new TestClient(server.port())) {
            String address = "http://localhost:" + server.httpPort() + "/";
            browser.open(address);
            shows("main", "There is no table yet", "Waiting for the table sessions");

            try (VectorSchemaRoot visits =
                    SiteRows.batch(List.of(new SiteRows("v1", "shop", NOW, Long.MAX_VALUE)), job.allocator)) {
                job.put("visits", Long.MAX_VALUE, visits);
            }
            shows("#tables", "visits", "the end");
            shows("main", "There is no table sessions yet");
            put(job, sessions(60), NOW - 4_000);
            shows("#tables", "sessions", "60", "Behind now");
            shows("#rows", "visitor59", "open", "/shoes/trail-runner", "49.90 EUR", "2 min");
            shows("#about", "One visit of one user");
            assertThat(browser.evaluate("document.querySelectorAll('#rows tbody tr').length")
                            .asInt())
                    .isEqualTo(25); // the latest only

            picturesOf("sessions");
            browser.look(1200, 900, "light");
            var hostile =
                    new SessionRows(HOSTILE, NOW, NOW + 1, 1, HOSTILE, "/\u202e", HOSTILE, HOSTILE, HOSTILE, false);
            put(job, List.of(hostile), NOW - 3_000);
            shows("#rows tbody tr", HOSTILE, "open");
            assertThat(browser.evaluate("document.querySelectorAll('img').length")
                            .asInt())
                    .isZero();
            assertThat(browser.evaluate("document.title").asText()).isEqualTo("Live tables · Open Clickstream");

            JsonNode row = browser.evaluate("window.kept = [...document.querySelectorAll('#rows tbody tr')]"
                    + ".find(row => row.innerText.includes('visitor59')), window.kept.innerText");
            assertThat(row.asText()).doesNotContain("4,321");
            put(job, List.of(sessions(60).get(59).clicked(4_321)), NOW - 2_000);
            shows("#rows", "4,321");
            assertThat(browser.evaluate("window.kept.innerText").asText())
                    .contains("4,321"); // the same row, not a new one

            pressUntil("Tab", "document.activeElement.textContent === 'visits'");
            browser.press("Enter");
            shows("main", "Latest visits", "9,223,372,036,854,775,807"); // each digit of it
            pressUntil("Tab", "document.activeElement.id === 'rows-scroll'"); // wide tables are scrolled with keys
            browser.evaluate("location.hash = 'sessions'");
            shows("#rows", "visitor58");

            browser.evaluate("document.getElementById('pause').focus()");
            browser.press("Space");
            shows("#state", "Paused");
            put(job, List.of(sessions(60).get(58).clicked(1_234)), NOW - 1_000);
            assertThat(browser.text("#rows")).doesNotContain("1,234");
            browser.press("Space");
            shows("#rows", "1,234");
            shows("#state", "Live");

            browser.screenshot(PICTURES.resolve("hostile-texts.png"));
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests())
                    .isNotEmpty()
                    .allMatch(request -> request.startsWith(address)
                            || request.startsWith("data:image/svg+xml")
                            || request.equals("about:blank"));
        }
    }

    @Test
    void theServerGoesAndComesBack() throws Exception {
        int port = LastingPort.free();
        ServerProcess server = ServerProcess.start(folder.resolve("data"), "--http.port=" + port);
        try {
            try (TestClient job = new TestClient(server.port())) {
                put(job, sessions(3), NOW);
            }
            browser.open("http://localhost:" + port + "/");
            shows("#rows", "visitor2");
            server.kill();
            shows("#trouble", "The server does not answer", "Trying again in");
            shows("#state", "Not up to date");
            shows("#rows", "visitor2"); // what was seen last stays
            browser.screenshot(PICTURES.resolve("server-gone.png"));
            server = ServerProcess.start(folder.resolve("data"), "--http.port=" + port);
            shows("#state", "Live");
            gone("#trouble");
            shows("#rows", "visitor2");
        } finally {
            server.close();
        }
    }

    @Test
    void aTokenIsAskedForAndKeptInThisTabOnly() throws Exception {
        Path principals = folder.resolve("principals.json");
        TestAccess.usual().write(principals);
        try (FlightServer server =
                TestAccess.start(folder.resolve("data"), List.of("--auth.principals=" + principals))) {
            try (TestClient job = new TestClient(server.port(), TestAccess.token("job"))) {
                TestAccess.put(
                        job, "visits", List.of(new SiteRows("of-a", "a", 0, 1L), new SiteRows("of-b", "b", 0, 1L)));
            }
            browser.open("http://localhost:" + server.httpPort() + "/#visits");
            shows("#sign-in", "This server knows its readers");
            browser.screenshot(PICTURES.resolve("sign-in.png"));
            signIn("two words");
            shows("#trouble", "That is no token");
            signIn("wrong-token");
            shows("#trouble", "does not let you in", "Your token is not known here");
            signIn(TestAccess.token("job"));
            shows("#trouble", "You may not read the tables", "reader");
            gone("#sign-in");

            browser.evaluate("document.getElementById('forget').click()");
            shows("#sign-in", "Your token");
            signIn(TestAccess.token("ada"));
            shows("#rows", "of-a");
            gone("#sign-in");
            assertThat(browser.text("main")).doesNotContain("of-b");
            assertThat(browser.evaluate("localStorage.length").asInt()).isZero();
            assertThat(browser.evaluate("document.cookie").asText()).isEmpty();
            assertThat(browser.evaluate("location.href + document.documentElement.outerHTML")
                            .asText())
                    .doesNotContain(TestAccess.token("ada"));
            browser.open("http://localhost:" + server.httpPort() + "/?again#visits");
            shows("#rows", "of-a"); // the tab still knows it

            TestAccess.usual().without("ada").write(principals);
            shows("#trouble", "Your token is not known here");
            assertThat(browser.text("main")).doesNotContain("of-a");
            TestAccess.usual().write(principals);
            shows("#state", "Live");
        }
    }

    @Test
    void everyTroubleIsSaidInWords() throws Exception {
        AtomicReference<Reply> tables = new AtomicReference<>(new Reply(503, "The server is starting or stopping."));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, tables.get()));
        server.start();
        try {
            browser.open("http://localhost:" + server.getAddress().getPort() + "/");
            Map<Reply, String> troubles = new LinkedHashMap<>();
            troubles.put(tables.get(), "The server is not ready. The server is starting or stopping.");
            troubles.put(new Reply(429, "8 tables are being read."), "no room for another reader now. 8 tables");
            troubles.put(new Reply(403, "Not you."), "You may not read the tables. Not you.");
            troubles.put(new Reply(500, "See its log."), "could not answer (500). See its log.");
            troubles.put(new Reply(200, "[{\"name\":"), "broke off in the middle");
            for (Map.Entry<Reply, String> trouble : troubles.entrySet()) {
                tables.set(trouble.getKey());
                browser.evaluate("dispatchEvent(new Event('online'))"); // or wait for the next try
                shows("#trouble", trouble.getValue());
            }
            tables.set(new Reply(200, "[]"));
            browser.evaluate("dispatchEvent(new Event('online'))");
            shows("main", "There is no table yet");
            gone("#trouble");
        } finally {
            server.stop(0);
        }
    }

    private record Reply(int status, String text) {}

    /** The page's own files, and for {@code /tables} what is wanted. */
    private static void answer(HttpExchange exchange, Reply tables) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String name = "server" + (path.equals("/") ? "/live-page.html" : path);
        try (exchange;
                InputStream file = FlightServer.class.getResourceAsStream(name)) {
            byte[] body = file == null ? tables.text().getBytes(StandardCharsets.UTF_8) : file.readAllBytes();
            String type = path.endsWith(".js") ? "text/javascript" : path.endsWith(".css") ? "text/css" : "text/html";
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(file == null ? tables.status() : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void signIn(String token) throws Exception {
        browser.evaluate("document.getElementById('token').focus()");
        browser.evaluate("document.getElementById('token').value = ''");
        browser.type(token);
        browser.press("Enter");
    }

    private void shows(String selector, String... texts) {
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(browser.text(selector)).contains(texts));
    }

    private void gone(String selector) {
        until(() -> browser.evaluate("document.querySelector('%s').checkVisibility()".formatted(selector))
                        .asBoolean()
                == false);
    }

    private void until(Callable<Boolean> condition) {
        await().atMost(TestClient.PATIENCE).until(condition);
    }

    private void pressUntil(String key, String condition) throws Exception {
        for (int i = 0; i < 40 && !browser.evaluate(condition).asBoolean(); i++) {
            browser.press(key);
        }
        assertThat(browser.evaluate(condition).asBoolean()).as(condition).isTrue();
    }

    private void picturesOf(String name) throws Exception {
        browser.look(1100, 640, "light");
        browser.screenshot(PICTURES.resolve(name + "-light.png"));
        browser.look(1200, 900, "dark");
        browser.screenshot(PICTURES.resolve(name + "-dark.png"));
        browser.look(390, 844, "light");
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .as("nothing is wider than a phone")
                .isLessThanOrEqualTo(390);
        browser.screenshot(PICTURES.resolve(name + "-phone.png"));
    }

    private static void put(TestClient job, List<SessionRows> rows, long watermarkMillis) throws Exception {
        try (VectorSchemaRoot batch = SessionRows.batch(rows, job.allocator)) {
            job.put("sessions", watermarkMillis, batch);
        }
    }

    /** Sessions that began one after the other, the last just now. */
    private static List<SessionRows> sessions(int count) {
        List<SessionRows> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long start = NOW - (count - i) * 7_000L;
            rows.add(new SessionRows(
                    "visitor" + i,
                    start,
                    start + i % 7 * 61_000L,
                    1 + i % 9,
                    PAGES[i % PAGES.length],
                    PAGES[i * 5 % PAGES.length],
                    List.of("DE", "FR", "JP", "BR").get(i % 4),
                    i % 3 == 0 ? "desktop" : "phone",
                    i % 5 == 0 ? "{\"EUR\":\"49.90\"}" : "{}",
                    i % 4 == 1));
        }
        return rows;
    }
}

package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.table.SiteRows;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tables over HTTP, as curl or a browser would ask. */
@Timeout(180)
class HttpTablesTest {
    @TempDir
    Path folder;

    private FlightServer server;
    private TestClient job;

    @BeforeEach
    void start() throws Exception {
        TestAccess.usual().write(folder.resolve("principals.json"));
        server = TestAccess.start(
                folder.resolve("data"),
                List.of("--auth.principals=" + folder.resolve("principals.json"), "--http.streams-max=1"));
        job = new TestClient(server.port(), TestAccess.token("job"));
        TestAccess.put(
                job,
                "visits",
                List.of(
                        new SiteRows("a,1", "a", 5, 1L),
                        new SiteRows("a\"2\n", "a", 3, null),
                        new SiteRows("", "a", 4, Long.MAX_VALUE),
                        new SiteRows("b1", "b", 0, 2L)));
    }

    @AfterEach
    void stop() throws Exception {
        job.close();
        server.close();
    }

    @Test
    void rowsComeAsJsonCsvAndArrow() throws Exception {
        HttpResponse<String> json = get("/tables/visits?order=window&columns=key,time,value", "ada");
        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(json.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(json.headers().firstValue("clickstream-complete-through")).hasValue("7");
        JsonNode rows = new JsonMapper().readTree(json.body());
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).toString())
                .isEqualTo("{\"key\":\"a\\\"2\\n\",\"time\":\"1970-01-01T00:00:00.003Z\",\"value\":null}");
        assertThat(rows.get(1).path("value").asLong()).isEqualTo(Long.MAX_VALUE);

        assertThat(get("/tables/visits?format=csv&columns=key,value", "ada").body())
                .isEqualTo("key,value\r\n\"a,1\",1\r\n\"a\"\"2\n\",\r\n\"\",9223372036854775807\r\n");

        try (InputStream arrow = HttpClient.newHttpClient()
                        .send(
                                request("/tables/visits", "eve", "Accept", "application/vnd.apache.arrow.stream"),
                                HttpResponse.BodyHandlers.ofInputStream())
                        .body();
                RootAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(arrow, allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            assertThat(reader.getVectorSchemaRoot().getRowCount()).isEqualTo(4);
            assertThat(reader.getVectorSchemaRoot().getSchema().getCustomMetadata())
                    .containsEntry("clickstream.primary_key", "key");
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void theSameCommandInParametersOrAsJson() throws Exception {
        assertThat(get("/tables/visits?format=csv&columns=key&where.value=1&where.value=2&before=6", "eve")
                        .body())
                .isEqualTo("key\r\n\"a,1\"\r\nb1\r\n");
        assertThat(get("/tables/visits?format=csv&columns=key&order=window_descending&limit=2", "ada")
                        .body())
                .isEqualTo("key\r\n\"a,1\"\r\n\"\"\r\n");
        assertThat(get("/tables/visits?limit=few", "ada").body()).contains("'limit' is 'few'");
        String command = "{\"table\":\"visits\",\"columns\":[\"site_id\"],\"where\":{\"value\":null}}";
        assertThat(get("/tables/visits?format=csv&command=" + URLEncoder.encode(command, StandardCharsets.UTF_8), "eve")
                        .body())
                .isEqualTo("site_id\r\na\r\n");
    }

    @Test
    void tablesAreListedWithWhatIsKnownOfThem() throws Exception {
        JsonNode tables = new JsonMapper().readTree(get("/tables", "ada").body());
        assertThat(tables).hasSize(1);
        JsonNode visits = tables.get(0);
        assertThat(visits.path("name").asText()).isEqualTo("visits");
        assertThat(visits.path("rows").asLong()).isEqualTo(3);
        assertThat(visits.path("complete_through").asText()).isEqualTo("7");
        assertThat(visits.path("primary_key").asText()).isEqualTo("key");
        assertThat(visits.path("columns")).hasSize(4);
    }

    @Test
    void refusalsHaveTheirStatus() throws Exception {
        assertThat(get("/tables/visits", null).statusCode()).isEqualTo(401);
        assertThat(get("/tables/visits", null).headers().firstValue("www-authenticate"))
                .hasValue("Bearer");
        assertThat(get("/tables/visits", "nobody").statusCode()).isEqualTo(401);
        assertThat(get("/tables/visits", "job").statusCode()).isEqualTo(403);
        assertThat(get("/tables/nothing", "ada").statusCode()).isEqualTo(404);
        assertThat(get("/tables/nothing", "ada").body()).contains("There are: visits.");
        assertThat(get("/tables/visits?offset=1", "ada").statusCode()).isEqualTo(400);
        assertThat(get("/tables/visits?format=xml", "ada").body()).contains("arrow, json, csv");
        assertThat(get("/tables/visits?from=1&from=2", "ada").statusCode()).isEqualTo(400);
        assertThat(get("/tables/visits?complete_through=8", "ada").statusCode()).isEqualTo(503);
        assertThat(get("/nothing", null).statusCode()).isEqualTo(404);
        assertThat(get("/metrics", "ada").statusCode()).isEqualTo(403);
        assertThat(get("/metrics", null).statusCode()).isEqualTo(401);
        assertThat(get("/metrics", "root").body()).contains("clickstream_flight_refused_total{reason=\"not_allowed\"}");
        assertThat(get("/health/ready", null).statusCode()).isEqualTo(200);
    }

    @Test
    void thePageForPeopleHoldsNoDataAndAsksNobodyElse() throws Exception {
        HttpResponse<String> page = get("/", null);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy"))
                .hasValueSatisfying(policy ->
                        assertThat(policy).startsWith("default-src 'none'; ").doesNotContain("unsafe", "*", "http"));
        assertThat(page.body()).contains("Live tables").doesNotContain("visits");
        for (String part : List.of("/live-page.js", "/live-page.css")) {
            assertThat(get(part, null).statusCode()).isEqualTo(200);
            assertThat(get(part, null).headers().firstValue("x-content-type-options"))
                    .hasValue("nosniff");
        }
        assertThat(get("/live-page.html", null).statusCode()).isEqualTo(404);
        assertThat(get("/../live-page.js", null).statusCode()).isEqualTo(404);
        HttpRequest posted = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + "/"))
                .timeout(TestClient.PATIENCE)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(posted, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void aReaderWhoIsRevokedInTheMiddleIsCutOffAndHealthAnswersMeanwhile() throws Exception {
        for (int from = 0; from < 400_000; from += 50_000) {
            TestAccess.put(
                    job,
                    "visits",
                    IntStream.range(from, from + 50_000)
                            .mapToObj(i -> new SiteRows("key" + i, "a", i, 1L))
                            .toList());
        }
        try (Socket stuck = new Socket(InetAddress.getLoopbackAddress(), server.httpPort())) {
            stuck.getOutputStream()
                    .write("GET /tables/visits HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ada-token\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().atMost(TestClient.PATIENCE)
                    .until(() -> get("/metrics", "root").body().contains("clickstream_flight_streams 1.0"));
            assertThat(get("/tables/visits", "eve").statusCode()).isEqualTo(429);
            assertThat(get("/health/ready", null).statusCode()).isEqualTo(200);

            TestAccess.usual().without("ada").write(folder.resolve("principals.json"));
            await().atMost(TestClient.PATIENCE)
                    .until(() -> get("/metrics", "root").body().contains("clickstream_flight_streams 0.0"));
            String got;
            try {
                stuck.setSoTimeout(60_000);
                got = new String(stuck.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException reset) {
                got = "";
            }
            assertThat(got).doesNotContain("key399999").doesNotEndWith("0\r\n\r\n");
        }
        assertThat(get("/tables/visits?columns=key&where.key=key7&format=csv", "eve")
                        .body())
                .isEqualTo("key\r\nkey7\r\n");
    }

    @Test
    void withoutSignInOnlyThisMachinesNamesAreAnswered() throws Exception {
        try (FlightServer open = TestAccess.start(folder.resolve("open"), List.of());
                Socket rebound = new Socket(InetAddress.getLoopbackAddress(), open.httpPort())) {
            assertThat(TestClient.http(open.httpPort(), "/tables").body().strip())
                    .isEqualTo("[ ]");
            rebound.getOutputStream()
                    .write("GET /tables HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(rebound.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403");
        }
    }

    private HttpResponse<String> get(String path, String name) throws Exception {
        return HttpClient.newHttpClient().send(request(path, name), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String name, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
                .timeout(TestClient.PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return (name == null ? request : request.headers(TestAccess.bearer(name))).build();
    }
}

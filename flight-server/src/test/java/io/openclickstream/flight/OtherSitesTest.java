package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.openclickstream.flight.table.SiteRows;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.flight.impl.Flight;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever sees site a gets the same bytes from every call, whether or not there is a site b. */
@Timeout(180)
class OtherSitesTest {
    private static final List<String> COMMANDS = List.of(
            "{\"table\":\"visits\"}",
            "{\"table\":\"visits\",\"order\":\"window\",\"columns\":[\"value\",\"key\"]}",
            "{\"table\":\"visits\",\"where\":{\"site_id\":[\"a\",\"b\"]},\"from\":1000000}",
            "{\"table\":\"visits\",\"where\":{\"site_id\":\"b\"}}",
            "{\"table\":\"visits\",\"order\":\"window_descending\",\"limit\":700}",
            "{\"table\":\"visits\",\"limit\":3}",
            "{\"table\":\"visits\",\"where\":{\"nothing\":1}}",
            "{\"table\":\"visits\",\"complete_through\":100}",
            "{\"table\":\"visits\",\"view\":\"committed\"}",
            "{\"table\":\"visits\",\"view\":\"committed\",\"epoch\":4,\"order\":\"window_descending\"}",
            "{\"table\":\"visits\",\"view\":\"committed\",\"epoch\":9}",
            "{\"table\":\"only_b\",\"view\":\"committed\"}",
            "{\"table\":\"only_b\"}",
            "{\"table\":\"no_such\"}");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void areNotToBeNoticed(long seed) throws Exception {
        Path keys = folder.resolve("keys");
        Files.writeString(keys, "A".repeat(43) + "=\n");
        TestAccess.usual().write(folder.resolve("principals.json"));
        try (FlightServer alone = start("alone", keys);
                FlightServer among = start("among", keys)) {
            fill(alone, seed, false);
            fill(among, seed, true);
            List<String> expected = everythingThatAdaGets(alone);
            assertThat(everythingThatAdaGets(among)).containsExactlyElementsOf(expected);
            assertThat(expected).anyMatch(answer -> answer.length() > 10_000); // there was something to compare
            try (TestClient eve = new TestClient(among.port(), TestAccess.token("eve"))) {
                assertThat(eve.info("visits").getRecords()).isGreaterThan(20_000); // and somebody to notice
            }
        }
    }

    private FlightServer start(String name, Path keys) throws Exception {
        return TestAccess.start(
                folder.resolve(name),
                List.of("--ticket.keys=" + keys, "--auth.principals=" + folder.resolve("principals.json")));
    }

    private static void fill(FlightServer server, long seed, boolean withB) throws Exception {
        Random ofA = new Random(seed);
        Random ofB = new Random(seed + 1000);
        try (TestClient job = new TestClient(server.port(), TestAccess.token("job"))) {
            for (int seq = 0; seq < 12; seq++) {
                List<SiteRows> rows = new ArrayList<>();
                int some = 1000 + ofA.nextInt(1500);
                for (int i = 0; i < some; i++) {
                    rows.add(row(ofA, "a", 8000)); // many keys come again: changed rows move
                }
                int others = withB ? 3000 + ofB.nextInt(5000) : 0;
                for (int i = 0; i < others; i++) {
                    rows.add(ofB.nextInt(rows.size() + 1), row(ofB, "b" + "x".repeat(ofB.nextInt(40)), 50_000));
                }
                TestAccess.put(job, "visits", rows);
                if (withB) { // and puts of its own, so that the table changes more often
                    TestAccess.put(job, "visits", List.of(row(ofB, "b", 50_000)));
                    TestAccess.put(job, "only_b", List.of(row(ofB, "b", 10)));
                }
                if (seq % 3 == 2) {
                    job.commit(3 + seq / 3);
                }
            }
        }
    }

    private static SiteRows row(Random random, String site, int keys) {
        Long value = random.nextInt(10) == 0 ? null : Long.valueOf(random.nextInt());
        return new SiteRows(site + random.nextInt(keys), site, random.nextInt(10_000_000), value);
    }

    private static List<String> everythingThatAdaGets(FlightServer server) throws Exception {
        List<String> answers = new ArrayList<>();
        try (RawFlight raw = new RawFlight(server.port())) {
            answers.addAll(flights(raw));
            for (String command : COMMANDS) {
                byte[] descriptor = Flight.FlightDescriptor.newBuilder()
                        .setType(Flight.FlightDescriptor.DescriptorType.CMD)
                        .setCmd(ByteString.copyFromUtf8(command))
                        .build()
                        .toByteArray();
                answers.addAll(answer(raw, "GetSchema", descriptor));
                answers.addAll(answer(raw, "PollFlightInfo", descriptor).stream()
                        .map(text -> text.startsWith("!") ? text : "an info")
                        .toList());
                try {
                    Flight.FlightInfo info = Flight.FlightInfo.parseFrom(
                            raw.call("GetFlightInfo", descriptor, bearer()).get(0));
                    answers.add(withoutTicket(info));
                    answers.addAll(
                            answer(raw, "DoGet", info.getEndpoint(0).getTicket().toByteArray()));
                } catch (StatusRuntimeException e) {
                    answers.add("!" + e.getMessage());
                }
            }
        }
        for (String path : List.of(
                "/tables",
                "/tables/visits?format=arrow",
                "/tables/visits?format=json&order=window_descending",
                "/tables/visits?format=csv&where.site_id=b&where.site_id=a",
                "/tables/visits?order=window&limit=30",
                "/tables/only_b",
                "/tables/no_such",
                "/nothing",
                "/metrics")) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
                    .headers(TestAccess.bearer("ada"))
                    .build();
            HttpResponse<byte[]> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
            var headers = new TreeMap<>(response.headers().map());
            headers.remove("date");
            answers.add(
                    response.statusCode() + " " + headers + " " + HexFormat.of().formatHex(response.body()));
        }
        return answers;
    }

    private static List<String> flights(RawFlight raw) throws Exception {
        List<String> flights = new ArrayList<>();
        for (byte[] flight : raw.call("ListFlights", new byte[0], bearer())) {
            flights.add(withoutTicket(Flight.FlightInfo.parseFrom(flight)));
        }
        return flights;
    }

    /** A ticket says until when it is good, so two are never the same. */
    private static String withoutTicket(Flight.FlightInfo info) {
        return HexFormat.of().formatHex(info.toBuilder().clearEndpoint().build().toByteArray());
    }

    private static List<String> answer(RawFlight raw, String method, byte[] request) {
        try {
            return raw.call(method, request, bearer()).stream()
                    .map(HexFormat.of()::formatHex)
                    .toList();
        } catch (StatusRuntimeException e) {
            return List.of("!" + e.getMessage());
        }
    }

    private static String bearer() {
        return "Bearer " + TestAccess.token("ada");
    }
}

package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.flight.table.SiteRows;
import io.openclickstream.schemas.live.LiveTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person with Python gets from the real server, with our package and without it. */
@Timeout(600)
class PythonClientIT {
    private static final long WATERMARK = 1_700_000_000_000L;

    @TempDir
    Path folder;

    private ServerProcess server;
    private TestClient client;

    @BeforeEach
    void start() throws Exception {
        Python.require();
        server = ServerProcess.start(folder, "--flight.port=" + LastingPort.free());
        client = new TestClient(server.port());
        putSessions(0, 40_000, WATERMARK);
    }

    @AfterEach
    void stop() throws Exception {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void threeLinesWithoutOurPackageReadATable() throws Exception {
        String printed = Python.run("-c", """
                import pyarrow.flight as fl
                client = fl.connect("grpc://localhost:%d")
                print(client.do_get(client.get_flight_info(fl.FlightDescriptor.for_path("sessions")).endpoints[0].ticket).read_pandas())
                """.formatted(server.port()));
        assertThat(printed).contains("session_id", "user39999", "[40000 rows x 22 columns]");
    }

    @Test
    void tablesAreListedAndPulledIntoPandasAndPolars() throws Exception {
        String printed = Python.run("-c", """
                import clickstream_flight as cf
                with cf.connect("%s") as server:
                    (info,) = server.tables()
                    print(info.name, info.rows, info.epoch, info.complete_through.isoformat(), info.primary_key)
                    pandas = server.read_pandas("sessions")
                    print(pandas.shape, pandas.clicks.sum(), pandas.start_time.dtype, pandas.is_final.dtype, pandas.entry_page.isna().sum())
                    polars = server.read_polars("sessions")
                    print(polars.shape, polars["clicks"].sum(), polars["session_id"].n_unique(), polars["start_time"].dtype)
                    try:
                        server.read("nothing")
                    except KeyError as missing:
                        print(missing)
                """.formatted(location()));
        assertThat(printed.lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("sessions 40000 3 2023-11-14T22:13:20+00:00 ('session_id',)"),
                        line -> assertThat(line)
                                .matches("\\(40000, 22\\) 799980000 datetime64\\[ms, UTC\\] bool 40000"),
                        line -> assertThat(line)
                                .isEqualTo("(40000, 22) 799980000 40000 Datetime(time_unit='ms', time_zone='UTC')"),
                        line -> assertThat(line).contains("no live table 'nothing'", "There are: sessions"));
    }

    @Test
    void theEndOfTimeIsATimePythonCanSay() throws Exception {
        putSessions(0, 1, Long.MAX_VALUE);
        assertThat(Python.run("-c", """
                import clickstream_flight as cf
                print(cf.connect("%s").info("sessions").complete_through.year)
                """.formatted(location()))).isEqualTo("9999");
    }

    @Test
    void followSeesALaterPutAndGoesOnAfterTheServerWasKilled() throws Exception {
        String checksum = """
                import clickstream_flight as cf, hashlib
                rows = cf.connect("%s").read("sessions").replace_schema_metadata(None)
                print(rows.num_rows, hashlib.sha256(str(rows.to_pylist()).encode()).hexdigest())
                """.formatted(location());
        try (ScriptProcess follow = Python.start("-c", """
                import clickstream_flight as cf
                for rows in cf.connect("%s").follow("sessions"):
                    print(rows.num_rows)
                """.formatted(location()))) {
            assertThat(follow.line()).isEqualTo("40000");
            putSessions(40_000, 5, WATERMARK);
            until(follow, "40005");

            String before = Python.run("-c", checksum);
            int port = server.port();
            server.kill();
            server = ServerProcess.start(folder, "--flight.port=" + port);
            assertThat(Python.run("-c", checksum)).startsWith("40005 ").isEqualTo(before);

            putSessions(40_005, 1, WATERMARK);
            until(follow, "40006");
        }
    }

    @Test
    void followGoesOnFromRowsAndTokenThatWereKept() throws Exception {
        client.commit(3);
        Path kept = folder.resolve("kept");
        String follow = """
                import os, pickle, clickstream_flight as cf
                kept = "%s"
                rows, token = pickle.load(open(kept, "rb")) if os.path.exists(kept) else (None, None)
                with cf.connect("%s").follow("sessions", "%s", rows, token, view="committed") as following:
                    rows = next(following)
                    print(following.step.kind, following.step.changes.num_rows, len(rows), following.info.epoch)
                    pickle.dump((rows, following.token), open(kept, "wb"))
                """;
        assertThat(Python.run("-c", follow.formatted(kept, location(), "polars")))
                .isEqualTo("snapshot 40000 40000 3");
        putSessions(39_990, 30, WATERMARK);
        client.commit(4);
        assertThat(Python.run("-c", follow.formatted(kept, location(), "polars")))
                .isEqualTo("changes 20 40020 4"); // ten were put again as they were
    }

    @Test
    void aTokenThatIsTooOldBeginsAnewAndOneWithoutRowsIsAMistake() throws Exception {
        assertThat(Python.run("-c", """
                import clickstream_flight as cf
                server = cf.connect("%s")
                stale = server.read("sessions", limit=7)
                with server.follow("sessions", rows=stale, token="r1.x") as following:
                    print(next(following).num_rows, following.step.begins_anew)
                for wrong in ({"token": "r1.x"}, {"into": "excel"}):
                    try:
                        server.follow("sessions", **wrong)
                    except ValueError as mistake:
                        print(mistake)
                try:
                    next(server.follow("sessions", columns=["clicks"]))
                except Exception as refused:
                    print("session_id" in str(refused))
                try:
                    next(server.follow("nothing", patience_seconds=0.2))
                except KeyError as missing:
                    print(missing)
                """.formatted(location())).lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("40000 True"),
                        line -> assertThat(line).contains("rows and token belong together"),
                        line -> assertThat(line).contains("'excel' is none of arrow, pandas, polars"),
                        line -> assertThat(line).isEqualTo("True"),
                        line -> assertThat(line).contains("no live table 'nothing'"));
    }

    @Test
    void theTourIsAsShortAsItSaysAndRuns() throws Exception {
        Path tour = ServerProcess.ROOT.resolve("flight-server/clients/python/examples/tour.py");
        assertThat(Files.readAllLines(tour).stream().filter(line -> !line.isBlank() && !line.startsWith("#")))
                .hasSizeLessThanOrEqualTo(20);
        try (ScriptProcess running = Python.start(tour.toString(), location())) {
            until(running, "40000 sessions of 799980000 clicks, 40000 changed");
            putSessions(40_000, 5, WATERMARK);
            until(running, "40005 sessions of 800180010 clicks, 5 changed");
            putSessions(0, 5, WATERMARK + 1);
            running.output();
        }
    }

    /** Reads what a script prints until it prints this. */
    private static void until(ScriptProcess script, String expected) throws Exception {
        String line = script.line();
        while (!line.equals(expected)) {
            line = script.line();
        }
    }

    @Test
    void aPartOfATableIsReadAndWaitedFor() throws Exception {
        String printed = Python.run("-c", """
                import clickstream_flight as cf
                with cf.connect("%s") as server:
                    few = server.read("sessions", columns=["user_id", "clicks"], where={"clicks": [7, 3]}, order="window")
                    print(few.to_pylist())
                    print(server.wait("sessions", "2023-11-14T22:13:20Z"), server.wait("sessions", 1800000000000, 1))
                """.formatted(location()));
        assertThat(printed.lines())
                .containsExactly(
                        "[{'user_id': 'user3', 'clicks': 3}, {'user_id': 'user7', 'clicks': 7}]", "True False");
    }

    @Test
    void tlsTokenAndRowFilterWithPlainPyarrow() throws Exception {
        TestTls tls = TestTls.make(folder, "server", "CN=server");
        Path principals = folder.resolve("principals.json");
        TestAccess.usual().write(principals);
        try (ServerProcess secured = ServerProcess.start(
                folder.resolve("secured"),
                "--auth.principals=" + principals,
                "--tls.certificate=" + tls.certificate(),
                "--tls.key=" + tls.key())) {
            try (TestClient job = new TestClient(secured.port(), TestAccess.token("job"), tls, null)) {
                TestAccess.put(job, "visits", List.of(new SiteRows("a1", "a", 0, 1L), new SiteRows("b1", "b", 0, 1L)));
            }
            String printed = Python.run("-c", """
                    import pyarrow.flight as fl
                    client = fl.connect("grpc+tls://localhost:%d", tls_root_certs=open("%s", "rb").read())
                    visits = fl.FlightDescriptor.for_path("visits")
                    for who in (b"ada", b"eve", b"nobody"):
                        options = fl.FlightCallOptions(headers=[(b"authorization", b"Bearer " + who + b"-token")])
                        try:
                            info = client.get_flight_info(visits, options)
                            rows = client.do_get(info.endpoints[0].ticket, options).read_all()
                            print(who.decode(), info.total_records, rows["key"].to_pylist())
                        except fl.FlightUnauthenticatedError as refused:
                            print(who.decode(), str(refused).split("message: ")[1].split(".")[0])
                    """.formatted(secured.port(), tls.certificate()));
            assertThat(printed.lines())
                    .containsExactly(
                            "ada 1 ['a1']", "eve 2 ['a1', 'b1']", "nobody Your token is not known here, or no longer");
            String ours = Python.run("-c", """
                    import clickstream_flight as cf
                    root = open("%s", "rb").read()
                    with cf.connect("grpc+tls://localhost:%d", token="ada-token", tls_root_certs=root) as server:
                        print([(t.name, t.rows) for t in server.tables()], server.read("visits").num_rows)
                        with server.follow("visits") as following:
                            print(next(following)["key"].to_pylist(), following.info.version)
                    """.formatted(tls.certificate(), secured.port()));
            assertThat(ours.lines()).containsExactly("[('visits', 1)] 1", "['a1'] None");
            assertThat(secured.errors() + secured.line()).doesNotContain("-token", "token_sha256");
        }
    }

    @Test
    void theExampleRuns() throws Exception {
        String printed = Python.run("examples/look.py", location(), "--follow", "sessions", "--times", "1");
        assertThat(printed)
                .contains("sessions: 40000 rows, epoch 3, complete through 2023-11-14 22:13:20+00:00")
                .contains("'user_id': 'user39999'")
                .contains("sessions: version 1, 40000 rows");
    }

    private String location() {
        return "grpc://localhost:" + server.port();
    }

    private void putSessions(int from, int count, long watermark) throws Exception {
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(LiveTable.SESSIONS.putSchema(), client.allocator)) {
            for (int i = 0; i < count; i++) {
                int user = from + i;
                text(batch, "session_id", i, "session" + user);
                text(batch, "site_id", i, "shop");
                text(batch, "user_id", i, "user" + user);
                time(batch, "start_time", i, WATERMARK - 60_000);
                time(batch, "end_time", i, WATERMARK - 1);
                number(batch, "duration_ms", i, 59_999);
                number(batch, "clicks", i, user);
                number(batch, "pages", i, user);
                number(batch, "orders", i, 0);
                text(batch, "revenue", i, "{}");
                number(batch, "revision", i, user + 1);
                ((BitVector) batch.getVector("is_bounce")).setSafe(i, user <= 1 ? 1 : 0);
                ((BitVector) batch.getVector("is_final")).setSafe(i, 1);
                ((TinyIntVector) batch.getVector("_op")).setSafe(i, 0);
            }
            batch.setRowCount(count);
            client.put("sessions", watermark, batch);
        }
    }

    private static void text(VectorSchemaRoot batch, String column, int row, String value) {
        ((VarCharVector) batch.getVector(column)).setSafe(row, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void time(VectorSchemaRoot batch, String column, int row, long value) {
        ((TimeStampMilliTZVector) batch.getVector(column)).setSafe(row, value);
    }

    private static void number(VectorSchemaRoot batch, String column, int row, long value) {
        ((BigIntVector) batch.getVector(column)).setSafe(row, value);
    }
}

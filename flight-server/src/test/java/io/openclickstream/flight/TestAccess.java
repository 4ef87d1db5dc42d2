package io.openclickstream.flight;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.flight.access.KnownPrincipals;
import io.openclickstream.flight.table.SiteRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The principals that tests sign in as; the token of each is its name and {@code -token}. */
final class TestAccess {
    private static final JsonMapper JSON = new JsonMapper();
    private final ObjectNode file = JSON.createObjectNode();
    private final ArrayNode principals = file.putArray("principals");

    /** A writer {@code job}, an admin {@code root}, readers {@code ada} of site a, {@code bob} of site b, {@code eve} of all. */
    static TestAccess usual() {
        return new TestAccess()
                .principal("job", "writer")
                .principal("root", "admin")
                .principal("ada", "reader", "a")
                .principal("bob", "reader", "b")
                .principal("eve", "reader", "*");
    }

    TestAccess principal(String name, String role, String... sites) {
        ObjectNode entry = principals.addObject().put("name", name);
        entry.putArray("roles").add(role);
        if (sites.length > 0) {
            List.of(sites).forEach(entry.putArray("sites")::add);
        }
        entry.putArray("token_sha256").add(KnownPrincipals.sha256(token(name)));
        return this;
    }

    /** Changes the entry of the principal added last. */
    ObjectNode last() {
        return (ObjectNode) principals.get(principals.size() - 1);
    }

    TestAccess without(String name) {
        for (int i = 0; i < principals.size(); i++) {
            if (principals.get(i).path("name").asText().equals(name)) {
                principals.remove(i);
            }
        }
        return this;
    }

    void write(Path path) throws IOException {
        Files.writeString(path, file.toPrettyString());
    }

    static String token(String name) {
        return name + "-token";
    }

    static String[] bearer(String name) {
        return new String[] {"Authorization", "Bearer " + token(name)};
    }

    static FlightServer start(Path data, List<String> options) throws Exception {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("--flight.port=0", "--http.port=0", "--data.dir=" + data));
        return FlightServer.start(FlightServerOptions.PROGRAM.read(all, Map.of()));
    }

    static void put(TestClient client, String table, List<SiteRows> rows) throws Exception {
        try (VectorSchemaRoot batch = SiteRows.batch(rows, client.allocator)) {
            client.put(table, 7L, batch);
        }
    }
}

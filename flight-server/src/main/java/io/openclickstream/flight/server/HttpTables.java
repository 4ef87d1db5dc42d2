package io.openclickstream.flight.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.read.ReadCommand;
import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.read.Reading;
import io.openclickstream.flight.table.Measure;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.schemas.live.LiveMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Field;

/** Tables over HTTP: {@code GET /tables} lists them, {@code GET /tables/NAME} reads one with a {@link HttpCommand}. */
final class HttpTables {
    static final String PATH = "/tables";
    private static final String OWN_METADATA = "clickstream.";
    private static final JsonMapper JSON = new JsonMapper();

    private final ReadableTables tables;
    private final TableStreams streams;
    private final RunningCalls running;
    private final ServerMetrics metrics;

    HttpTables(ReadableTables tables, TableStreams streams, RunningCalls running, ServerMetrics metrics) {
        this.tables = tables;
        this.streams = streams;
        this.running = running;
        this.metrics = metrics;
    }

    /**
     * Answers a call.
     *
     * @throws Refused when it is not answered; nothing has been sent then
     * @throws IOException when it broke off; the connection must not be used again, so that the client can tell
     */
    void answer(HttpExchange exchange, Principal principal, Credential credential) throws Refused, IOException {
        String path = exchange.getRequestURI().getRawPath();
        String query = exchange.getRequestURI().getRawQuery();
        principal.checkRequest(path.length() + (query == null ? 0 : query.length()), "URL");
        if (path.equals(PATH) || path.equals(PATH + "/")) {
            list(exchange, principal);
            return;
        }
        if (!path.startsWith(PATH + "/")) {
            throw new Refused(Reason.UNKNOWN_TABLE, "There is /tables and /tables/NAME.");
        }
        HttpCommand asked = HttpCommand.parse(path.substring(PATH.length() + 1), query);
        RowFormat format =
                RowFormat.of(asked.format(), exchange.getRequestHeaders().getFirst("Accept"));
        try (Reading reading = tables.open(asked.command(), principal)) {
            metrics.streamStarted();
            describe(exchange, reading, format);
            new HttpTableStream(exchange, reading, format, principal, credential, metrics).run(streams, running);
        }
    }

    private static void describe(HttpExchange exchange, Reading reading, RowFormat format) {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", format.contentType());
        headers.set("X-Content-Type-Options", "nosniff");
        reading.schema().getCustomMetadata().forEach((key, value) -> {
            if (key.startsWith(OWN_METADATA) && value.chars().allMatch(c -> c >= ' ' && c < 127)) {
                headers.set(key.replace('.', '-').replace('_', '-'), value);
            }
        });
    }

    private void list(HttpExchange exchange, Principal principal) throws Refused, IOException {
        ArrayNode list = JSON.createArrayNode();
        for (String table : tables.names(principal)) {
            try (Reading reading = tables.open(ReadCommand.of(table), principal)) {
                list.add(describe(table, reading));
            }
        }
        byte[] body = (list.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
        HttpEndpoint.answer(exchange, 200, "application/json", body);
    }

    private static ObjectNode describe(String table, Reading reading) {
        Measure measure = reading.measure();
        ObjectNode json = JSON.createObjectNode()
                .put("name", table)
                .put("rows", measure.rows())
                .put("bytes", measure.bytes());
        for (Map.Entry<String, String> fact :
                reading.schema().getCustomMetadata().entrySet()) {
            if (fact.getKey().startsWith(OWN_METADATA)) {
                json.put(fact.getKey().substring(OWN_METADATA.length()), fact.getValue());
            }
        }
        ArrayNode columns = json.putArray("columns");
        for (Field field : reading.schema().getFields()) {
            ObjectNode column = columns.addObject()
                    .put("name", field.getName())
                    .put("type", field.getType().toString())
                    .put("nullable", field.isNullable());
            String description = field.getMetadata().get(LiveMetadata.COLUMN_DESCRIPTION);
            if (description != null) {
                column.put("description", description);
            }
        }
        return json;
    }
}

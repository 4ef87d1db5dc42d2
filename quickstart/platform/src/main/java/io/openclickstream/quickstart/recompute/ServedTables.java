package io.openclickstream.quickstart.recompute;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.schemas.live.LiveActions;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightClientMiddleware;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** The committed views of a running Flight server, read as any client reads them, and kept as Parquet files. */
final class ServedTables implements AutoCloseable {
    /** The file of a copied table. */
    static final String ROWS_FILE = "served-rows.parquet";

    private static final JsonMapper JSON = new JsonMapper();

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient client;

    /**
     * Where a server is, and what it is shown.
     *
     * @param tokenFile holds a bearer token; null for none
     * @param tlsCa certificates in PEM that the server's must come from; null for those the JVM trusts
     */
    public record Access(
            URI address, @Nullable Path tokenFile, @Nullable Path tlsCa) {}

    /**
     * The lineage that readers see.
     *
     * @param keptEpochs that can be read, the oldest first
     */
    record Lineage(String id, List<Long> keptEpochs) {}

    ServedTables(Access access) throws IOException {
        FlightClient.Builder builder = FlightClient.builder(allocator, new Location(access.address()));
        try (InputStream ca = access.tlsCa() == null ? null : Files.newInputStream(access.tlsCa())) {
            if (ca != null) {
                builder.trustedCertificates(ca);
            }
            if (access.tokenFile() != null) {
                String token = Files.readString(access.tokenFile()).strip();
                builder.intercept(call -> new Bearer(token));
            }
            client = builder.build();
        }
    }

    /** @throws IOException when the server does not answer, or has no lineage */
    Lineage lineage() throws IOException {
        try {
            Iterator<Result> answers = client.doAction(new Action(LiveActions.LINEAGES), bound());
            while (answers.hasNext()) {
                JsonNode facts = JSON.readTree(answers.next().getBody());
                if (facts.path("is_served").asBoolean()) {
                    List<Long> epochs = new ArrayList<>();
                    facts.path("kept_epochs").forEach(epoch -> epochs.add(epoch.asLong()));
                    return new Lineage(facts.path("lineage").asText(), epochs);
                }
            }
        } catch (FlightRuntimeException e) {
            throw new IOException("the Flight server does not answer: " + e.getMessage(), e);
        }
        throw new IOException("the Flight server has no tables yet");
    }

    /**
     * Copies the committed view of a table as of an epoch into {@code folder/dataset}.
     *
     * @param expressions in SQL by name of the column they make, of texts by name of the table's; see {@link #typed}
     * @return what the table's schema says; empty when the server has no such table or keeps the epoch no more
     */
    Optional<Map<String, String>> copy(
            String table, long epoch, LakeReader reader, Path folder, String dataset, Columns expressions)
            throws IOException {
        String command = "{\"table\":\"%s\",\"view\":\"committed\",\"epoch\":%d}".formatted(table, epoch);
        var descriptor = FlightDescriptor.command(command.getBytes(StandardCharsets.UTF_8));
        Path lines = Files.createTempFile(folder, table, ".ndjson");
        try (FlightStream stream = client.getStream(
                client.getInfo(descriptor, bound()).getEndpoints().get(0).getTicket(), bound())) {
            try (Writer file = Files.newBufferedWriter(lines)) {
                while (stream.next()) {
                    write(stream.getRoot(), file);
                }
            }
            List<Field> fields = stream.getSchema().getFields();
            Path parquet = folder.resolve(dataset).resolve(ROWS_FILE);
            Files.createDirectories(parquet.getParent());
            reader.run(
                    "COPY (SELECT %s FROM read_json(%s, format = 'newline_delimited', columns = {%s}) WHERE %s) TO %s (FORMAT parquet)"
                            .formatted(
                                    expressions.of(fields),
                                    LakeReader.text(lines.toString()),
                                    fields.stream()
                                            .map(field -> LakeReader.name(field.getName()) + ": 'VARCHAR'")
                                            .collect(Collectors.joining(", ")),
                                    expressions.rows(),
                                    LakeReader.text(parquet.toString())));
            return Optional.of(stream.getSchema().getCustomMetadata());
        } catch (FlightRuntimeException e) {
            if (e.status().code() == FlightStatusCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw new IOException("the Flight server cannot serve %s: %s".formatted(command, e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) { // FlightStream.close() declares it
            throw new IOException("the stream of table " + table + " does not close", e);
        } finally {
            Files.deleteIfExists(lines);
        }
    }

    /**
     * How a served table becomes a dataset of a lake.
     *
     * @param names of the dataset's columns that are not called as the table's
     * @param values in SQL, of the table's column as a text, where it is not its {@link #typed} value
     * @param rows in SQL, which rows count
     */
    record Columns(Map<String, String> names, Map<String, String> values, String rows) {
        String of(List<Field> fields) {
            return fields.stream()
                    .map(field -> values.getOrDefault(field.getName(), typed(field)) + " AS "
                            + LakeReader.name(names.getOrDefault(field.getName(), field.getName())))
                    .collect(Collectors.joining(", "));
        }
    }

    /** In SQL, the value of a column that stands in a text. */
    private static String typed(Field field) {
        String text = LakeReader.name(field.getName());
        ArrowType type = field.getType();
        if (type instanceof ArrowType.Timestamp) {
            return "epoch_ms(%s::BIGINT)::TIMESTAMPTZ".formatted(text);
        } else if (type instanceof ArrowType.Int) {
            return text + "::BIGINT";
        } else if (type instanceof ArrowType.FloatingPoint) {
            return text + "::DOUBLE";
        } else if (type instanceof ArrowType.Bool) {
            return text + "::BOOLEAN";
        } else if (type instanceof ArrowType.Decimal decimal) {
            return "%s::DECIMAL(%d, %d)".formatted(text, decimal.getPrecision(), decimal.getScale());
        } else if (type instanceof ArrowType.Binary) {
            return "unhex(%s)".formatted(text);
        }
        return text;
    }

    private static void write(VectorSchemaRoot batch, Writer file) throws IOException {
        for (int row = 0; row < batch.getRowCount(); row++) {
            ObjectNode line = JSON.createObjectNode();
            for (FieldVector column : batch.getFieldVectors()) {
                Object value = column.getObject(row);
                if (value != null) {
                    line.put(
                            column.getName(),
                            value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value.toString());
                }
            }
            file.write(JSON.writeValueAsString(line));
            file.write('\n');
        }
    }

    private static CallOption bound() {
        return CallOptions.timeout(60, TimeUnit.SECONDS);
    }

    private static final class Bearer implements FlightClientMiddleware {
        private final String token;

        Bearer(String token) {
            this.token = token;
        }

        @Override
        public void onBeforeSendingHeaders(CallHeaders headers) {
            headers.insert("authorization", "Bearer " + token);
        }

        @Override
        public void onHeadersReceived(CallHeaders headers) {}

        @Override
        public void onCallCompleted(CallStatus status) {}
    }

    @Override
    public void close() throws IOException {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        allocator.close();
    }
}

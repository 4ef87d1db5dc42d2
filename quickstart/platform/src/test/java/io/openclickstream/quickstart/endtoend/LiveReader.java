package io.openclickstream.quickstart.endtoend;

import io.openclickstream.schemas.live.LiveMetadata;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.RootAllocator;

/**
 * Reads live tables as any Flight client can.
 *
 * @param address of the Flight server
 */
record LiveReader(URI address) {
    /** The live view of a table. */
    List<Map<String, Object>> rows(String table) throws Exception {
        return read(FlightDescriptor.path(table)).rows();
    }

    /** The latest committed view of a table. */
    View committed(String table) throws Exception {
        String command = "{\"table\":\"%s\",\"view\":\"committed\"}".formatted(table);
        return read(FlightDescriptor.command(command.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Rows, each with its values by column name.
     *
     * @param epoch as its schema says
     */
    record View(long epoch, List<Map<String, Object>> rows) {}

    private View read(FlightDescriptor descriptor) throws Exception {
        String epoch;
        List<Map<String, Object>> rows = new ArrayList<>();
        try (var allocator = new RootAllocator();
                var client =
                        FlightClient.builder(allocator, new Location(address)).build()) {
            var info = client.getInfo(descriptor);
            try (var stream = client.getStream(info.getEndpoints().get(0).getTicket())) {
                epoch = stream.getSchema().getCustomMetadata().get(LiveMetadata.EPOCH);
                while (stream.next()) {
                    var root = stream.getRoot();
                    for (int row = 0; row < root.getRowCount(); row++) {
                        Map<String, Object> values = new HashMap<>();
                        for (var column : root.getFieldVectors()) {
                            values.put(column.getName(), column.getObject(row));
                        }
                        rows.add(values);
                    }
                }
            }
        }
        return new View(epoch == null ? 0 : Long.parseLong(epoch), rows);
    }
}

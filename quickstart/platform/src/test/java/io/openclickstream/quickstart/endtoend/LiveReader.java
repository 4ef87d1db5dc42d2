package io.openclickstream.quickstart.endtoend;

import java.net.URI;
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
    /** All rows of a table, each with its values by column name. */
    List<Map<String, Object>> rows(String table) throws Exception {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (var allocator = new RootAllocator();
                var client =
                        FlightClient.builder(allocator, new Location(address)).build()) {
            var info = client.getInfo(FlightDescriptor.path(table));
            try (var stream = client.getStream(info.getEndpoints().get(0).getTicket())) {
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
        return rows;
    }
}

package io.openclickstream.flight.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.schemas.live.LiveMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * The app_metadata of every batch that a reader gets: a JSON object with what the schema's metadata says of the rows,
 * under the names of {@link LiveMetadata} without their prefix. Numbers are numbers, texts are texts.
 */
final class BatchFacts {
    private static final String PREFIX = "clickstream.";
    private static final Set<String> TEXTS = Set.of(LiveMetadata.LINEAGE, LiveMetadata.VIEW);
    private static final JsonMapper JSON = new JsonMapper();

    private BatchFacts() {}

    static byte[] of(Map<String, String> metadata) {
        return json(metadata).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The same as an object to add to. */
    static ObjectNode json(Map<String, String> metadata) {
        ObjectNode facts = JSON.createObjectNode();
        metadata.forEach((key, value) -> {
            String name = key.substring(PREFIX.length());
            if (TEXTS.contains(key)) {
                facts.put(name, value);
            } else {
                facts.put(name, Long.parseLong(value));
            }
        });
        return facts;
    }
}

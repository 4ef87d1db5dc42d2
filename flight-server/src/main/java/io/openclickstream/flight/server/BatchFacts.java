package io.openclickstream.flight.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.schemas.live.LiveMetadata;
import java.util.LinkedHashMap;
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
        Map<String, Object> facts = new LinkedHashMap<>();
        metadata.forEach((key, value) ->
                facts.put(key.substring(PREFIX.length()), TEXTS.contains(key) ? value : Long.valueOf(value)));
        try {
            return JSON.writeValueAsBytes(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("facts cannot be written as JSON", e);
        }
    }
}

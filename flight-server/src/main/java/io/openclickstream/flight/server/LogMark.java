package io.openclickstream.flight.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.flight.store.LiveStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a leader says with each batch of its log.
 *
 * @param kind what the batch is
 * @param from with which record the follower begins: those after this one follow
 * @param durable the last record that the leader has; the follower knows by it whether it has all
 * @param bounds with the first batch: within which bounds the same records lead to the same tables; null later
 */
record LogMark(Kind kind, long from, long durable, @Nullable Bounds bounds) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What comes with a mark. */
    enum Kind {
        /** A part of a state, which takes the place of all that the follower has. */
        @JsonProperty("state")
        STATE,
        /** The rest of the state. */
        @JsonProperty("state_end")
        STATE_END,
        /** Records of the log; none only shows that the leader is there. */
        @JsonProperty("log")
        LOG
    }

    /** What follower and leader must have in common. */
    record Bounds(
            @JsonProperty("memory_max") long memoryMax,
            @JsonProperty("table_retention_ms") long retentionMillis,
            @JsonProperty("epochs_kept") int epochsKept,
            @JsonProperty("put_max_bytes") long putMaxBytes) {

        static Bounds of(LiveStore.Limits limits, long putMaxBytes) {
            return new Bounds(limits.memoryMax(), limits.retention().toMillis(), limits.epochsKept(), putMaxBytes);
        }

        /** What has to be changed so that a follower with these bounds can follow; null for nothing. */
        @Nullable
        String whyNot(Bounds own) {
            if (own.epochsKept != epochsKept) {
                return "epochs.kept is %d here and %d there. Give both the same".formatted(own.epochsKept, epochsKept);
            } else if (own.retentionMillis != retentionMillis) {
                return "table.retention is %d s here and %d s there. Give both the same"
                        .formatted(own.retentionMillis / 1000, retentionMillis / 1000);
            } else if (own.memoryMax < memoryMax) {
                return "memory.max is %d bytes here and %d there. Give the replica as much"
                        .formatted(own.memoryMax, memoryMax);
            } else if (own.putMaxBytes < putMaxBytes) {
                return "put.max-bytes is %d here and %d there. Give the replica as much"
                        .formatted(own.putMaxBytes, putMaxBytes);
            }
            return null;
        }
    }

    byte[] toBytes() {
        try {
            return JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("a mark cannot be written as JSON", e);
        }
    }

    /** @throws IOException when it is none */
    static LogMark fromBytes(byte[] bytes) throws IOException {
        LogMark mark = JSON.readValue(bytes, LogMark.class);
        if (mark == null || mark.kind() == null) {
            throw new IOException("it is no mark of a log");
        }
        return mark;
    }
}

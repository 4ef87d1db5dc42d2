package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Says who sends a batch of rows and where it stands in their order. Travels as JSON in the {@code app_metadata} of every
 * batch of a {@code DoPut}; the answer's metadata is the same header, sent back once the batch is durable.
 *
 * <p>A batch may have no rows; it then only moves epoch and watermark.
 *
 * @param version of this header; 1
 * @param table the live table
 * @param lineage UUID made at a stateless start of the job and kept in its state
 * @param subtask index of the writing subtask, below {@code parallelism}
 * @param parallelism how many subtasks write to this table
 * @param epoch the checkpoint after the last one that this subtask has taken part in
 * @param seq counts this subtask's batches for this table from 0 since it was opened
 * @param watermarkMillis the writer's event-time watermark; null before the first one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PutHeader(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) String table,
        @JsonProperty(required = true) String lineage,
        @JsonProperty(required = true) int subtask,
        @JsonProperty(required = true) int parallelism,
        @JsonProperty(required = true) long epoch,
        @JsonProperty(required = true) long seq,
        @JsonProperty("watermark_millis") @Nullable Long watermarkMillis) {

    /** The version this code writes and the newest it reads. */
    public static final int VERSION = 1;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final ObjectReader READER = JSON.readerFor(PutHeader.class);
    private static final ObjectWriter WRITER = JSON.writerFor(PutHeader.class);
    private static final int MAX_BYTES = 4096;

    public PutHeader {
        require(version == VERSION, "version " + version + " is not 1; writer and server are of different releases");
        require(
                table != null && table.matches("[a-z][a-z0-9_]{0,62}"),
                "table must be a lower-case name of at most 63");
        require(lineage != null && isUuid(lineage), "lineage must be a UUID");
        require(parallelism > 0 && subtask >= 0 && subtask < parallelism, "subtask must be below parallelism");
        require(epoch >= 0 && seq >= 0, "epoch and seq must not be negative");
    }

    /** The header as it travels. */
    public byte[] toBytes() {
        try {
            return WRITER.writeValueAsBytes(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a header.
     *
     * @throws IllegalArgumentException when the bytes are no header; the message says why
     */
    public static PutHeader fromBytes(byte[] bytes) {
        require(bytes.length <= MAX_BYTES, "it has " + bytes.length + " bytes, more than " + MAX_BYTES);
        try {
            return READER.readValue(bytes);
        } catch (JacksonException e) {
            Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : null;
            throw cause != null
                    ? (IllegalArgumentException) cause
                    : new IllegalArgumentException("Cannot read the put header: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isUuid(String text) {
        try {
            return UUID.fromString(text).toString().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("Cannot read the put header: " + otherwise + ".");
        }
    }
}

package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Says who sends a batch of rows and where it stands in their order. Travels as JSON in the {@code app_metadata} of every
 * batch of a {@code DoPut}; the answer's metadata is the same header, sent back once the batch is durable.
 *
 * <p>A batch may have no rows; it then only moves epoch and watermark.
 *
 * @param version of this header; 2
 * @param table the live table
 * @param lineage UUID made at a stateless start of the job and kept in its state
 * @param writer name of the operator that writes the table, as in {@link WriterOpening}
 * @param subtask index of the writing subtask, below {@code parallelism}
 * @param parallelism how many subtasks write to this table
 * @param token what {@link WriterOpened} gave to this subtask
 * @param epoch the checkpoint whose barrier the rows come before; until its id is known the smallest it can have
 * @param seq counts this subtask's batches for this table from 0 since it was opened
 * @param digest of the batch, see {@link RowDigest}
 * @param watermarkMillis the writer's event-time watermark; null before the first one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PutHeader(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) String table,
        @JsonProperty(required = true) String lineage,
        @JsonProperty(required = true) String writer,
        @JsonProperty(required = true) int subtask,
        @JsonProperty(required = true) int parallelism,
        @JsonProperty(required = true) long token,
        @JsonProperty(required = true) long epoch,
        @JsonProperty(required = true) long seq,
        @JsonProperty(required = true) long digest,
        @JsonProperty("watermark_millis") @Nullable Long watermarkMillis) {

    /** The version this code writes and the newest it reads. */
    public static final int VERSION = 2;

    private static final LiveJson<PutHeader> JSON = new LiveJson<>(PutHeader.class, "the put header", 4096);

    public PutHeader {
        JSON.require(
                version == VERSION,
                "version " + version + " is not " + VERSION + "; writer and server are of different releases");
        JSON.require(LiveJson.isTable(table), "table must be a lower-case name of at most 63");
        JSON.requireWriter(lineage, writer, subtask, parallelism);
        JSON.require(epoch >= 0 && seq >= 0, "epoch and seq must not be negative");
    }

    /** The header as it travels. */
    public byte[] toBytes() {
        return JSON.toBytes(this);
    }

    /**
     * Reads a header.
     *
     * @throws IllegalArgumentException when the bytes are no header; the message says why
     */
    public static PutHeader fromBytes(byte[] bytes) {
        return JSON.fromBytes(bytes);
    }
}

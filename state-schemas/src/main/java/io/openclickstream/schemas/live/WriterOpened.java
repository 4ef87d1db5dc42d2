package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The answer to {@link WriterOpening}.
 *
 * @param token goes with every put of this subtask; the larger of two is the newer
 * @param committedEpoch the epoch that the lineage's committed views stand at; 0 for none
 */
public record WriterOpened(
        @JsonProperty(required = true) long token,

        @JsonProperty(value = "committed_epoch", required = true)
        long committedEpoch) {
    private static final LiveJson<WriterOpened> JSON = new LiveJson<>(WriterOpened.class, "this answer", 4096);

    /** The message as it travels. */
    public byte[] toBytes() {
        return JSON.toBytes(this);
    }

    /**
     * Reads the message.
     *
     * @throws IllegalArgumentException when the bytes are none; the text says why
     */
    public static WriterOpened fromBytes(byte[] bytes) {
        return JSON.fromBytes(bytes);
    }
}

package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Says that a checkpoint is complete, and what its writers had put by then: body of the action
 * {@link LiveActions#COMMIT}, as JSON. The server compares it with what it has and moves the committed views of all
 * tables of the lineage to this epoch at once. It may be repeated.
 *
 * @param version of this message; 1
 * @param lineage whose tables these are
 * @param epoch the checkpoint
 * @param lanes per subtask and table, in any order, each once
 */
public record EpochCommit(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) String lineage,
        @JsonProperty(required = true) long epoch,
        @JsonProperty(required = true) List<Lane> lanes) {

    /** The version this code writes and the newest it reads. */
    public static final int VERSION = 1;

    private static final LiveJson<EpochCommit> JSON = new LiveJson<>(EpochCommit.class, "this commit", 4 << 20);

    /**
     * What one subtask had put to one table before the barrier of the checkpoint, since it was opened.
     *
     * @param token under which it was put
     * @param batches that were put
     * @param rows in them
     * @param digest of them, see {@link RowDigest#then}
     */
    public record Lane(
            @JsonProperty(required = true) String writer,
            @JsonProperty(required = true) int subtask,
            @JsonProperty(required = true) long token,
            @JsonProperty(required = true) String table,
            @JsonProperty(required = true) long batches,
            @JsonProperty(required = true) long rows,
            @JsonProperty(required = true) long digest) {
        public Lane {
            JSON.require(writer != null && LiveJson.isTable(table), "a lane must have a writer and a table");
        }
    }

    public EpochCommit {
        JSON.require(
                version == VERSION,
                "version " + version + " is not " + VERSION + "; writer and server are of different releases");
        JSON.require(LiveJson.isUuid(lineage), "lineage must be a UUID");
        JSON.require(epoch > 0, "epoch must be positive");
        JSON.require(lanes != null && !lanes.isEmpty(), "it has no lanes");
        lanes = List.copyOf(lanes);
    }

    /** The message as it travels. */
    public byte[] toBytes() {
        return JSON.toBytes(this);
    }

    /**
     * Reads the message.
     *
     * @throws IllegalArgumentException when the bytes are none; the text says why
     */
    public static EpochCommit fromBytes(byte[] bytes) {
        return JSON.fromBytes(bytes);
    }
}

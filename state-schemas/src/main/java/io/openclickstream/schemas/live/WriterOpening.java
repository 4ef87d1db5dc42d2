package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A subtask says that it begins to write, from where its job stands: body of the action {@link LiveActions#OPEN}, as
 * JSON. The server drops what this subtask has put after the restored epoch, refuses what its predecessors still send,
 * and answers with {@link WriterOpened}.
 *
 * @param version of this message; 1
 * @param lineage UUID made at a stateless start of the job and kept in its state
 * @param writer name of the operator; a table has one writer
 * @param subtask index of the subtask, below {@code parallelism}
 * @param restoredEpoch the checkpoint the job was restored from; 0 for none
 * @param job id of the job's submission. Within one, restored epochs only grow; a later submission may go back, and the
 *     one before it can then no longer open
 */
public record WriterOpening(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) String lineage,
        @JsonProperty(required = true) String writer,
        @JsonProperty(required = true) int subtask,
        @JsonProperty(required = true) int parallelism,

        @JsonProperty(value = "restored_epoch", required = true)
        long restoredEpoch,

        @JsonProperty(required = true) String job) {

    /** The version this code writes and the newest it reads. */
    public static final int VERSION = 1;

    private static final LiveJson<WriterOpening> JSON = new LiveJson<>(WriterOpening.class, "this opening", 4096);

    public WriterOpening {
        JSON.require(
                version == VERSION,
                "version " + version + " is not " + VERSION + "; writer and server are of different releases");
        JSON.requireWriter(lineage, writer, subtask, parallelism);
        JSON.require(restoredEpoch >= 0, "restored_epoch must not be negative");
        JSON.require(job != null && job.matches("[A-Za-z0-9-]{1,64}"), "job must have 1 to 64 letters and digits");
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
    public static WriterOpening fromBytes(byte[] bytes) {
        return JSON.fromBytes(bytes);
    }
}

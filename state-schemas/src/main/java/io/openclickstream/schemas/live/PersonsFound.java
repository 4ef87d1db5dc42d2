package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * The answer to {@link PersonsToErase}.
 *
 * @param version of this message; 1
 * @param tables every table that says whose its rows are, also those without rows of these persons
 */
public record PersonsFound(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) List<Rows> tables) {

    /** The version this code writes and the newest it reads. */
    public static final int VERSION = 1;

    private static final LiveJson<PersonsFound> JSON = new LiveJson<>(PersonsFound.class, "this answer", 1 << 20);

    /**
     * Rows of a table.
     *
     * @param lineage the table's
     * @param table its name
     * @param rows rows that differ in their key, in whatever view or kept epoch they are
     */
    public record Rows(
            @JsonProperty(required = true) String lineage,
            @JsonProperty(required = true) String table,
            @JsonProperty(required = true) long rows) {}

    public PersonsFound {
        JSON.require(
                version == VERSION,
                "version " + version + " is not " + VERSION + "; the two sides are of different releases");
        JSON.require(tables != null, "it has no tables");
        tables = List.copyOf(tables);
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
    public static PersonsFound fromBytes(byte[] bytes) {
        return JSON.fromBytes(bytes);
    }
}

package io.openclickstream.schemas.live;

/** What a row of a put does to the row with the same primary key. The code travels in the {@code _op} column. */
public enum Change {
    UPSERT(0),
    DELETE(1);

    private final byte code;

    Change(int code) {
        this.code = (byte) code;
    }

    /** The value of the {@code _op} column. */
    public byte code() {
        return code;
    }

    /**
     * The change with this code.
     *
     * @throws IllegalArgumentException when no change has it
     */
    public static Change ofCode(byte code) {
        for (Change change : values()) {
            if (change.code == code) {
                return change;
            }
        }
        throw new IllegalArgumentException("Unknown _op " + code + ": expected 0 (upsert) or 1 (delete).");
    }
}

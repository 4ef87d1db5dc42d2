package io.openclickstream.flight.access;

import java.util.Locale;

/** What somebody may do. */
public enum Role {
    /** Reads tables, as far as its sites go. */
    READER,
    /** Puts rows, of whatever site. */
    WRITER,
    /** Follows the log: gets everything, of all sites, to serve it elsewhere. */
    REPLICA,
    /** Everything, the server's metrics included. */
    ADMIN;

    /** The role as files and tokens write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The role of a word.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Role of(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "there is no role '%s'; there are reader, writer, replica and admin".formatted(word));
    }
}

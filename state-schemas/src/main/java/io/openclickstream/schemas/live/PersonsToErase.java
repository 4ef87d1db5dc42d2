package io.openclickstream.schemas.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose rows are to leave all live tables: body of the actions {@link LiveActions#ERASE} and
 * {@link LiveActions#FIND_PERSONS}, as JSON.
 *
 * @param version of this message; 1
 * @param persons at least one, at most {@link #MAX_PERSONS}
 */
public record PersonsToErase(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) List<Person> persons) {

    /** The version this code writes and the newest it reads. */
    public static final int VERSION = 1;
    /** Persons in one message; more are sent in several. */
    public static final int MAX_PERSONS = 1000;

    private static final int MAX_ID_CHARACTERS = 1024;
    private static final LiveJson<PersonsToErase> JSON =
            new LiveJson<>(PersonsToErase.class, "this list of persons", 4 << 20);

    /**
     * A user of a site.
     *
     * @param site as in the column {@code site_id}
     * @param user as in the column {@code user_id}
     */
    public record Person(
            @JsonProperty(required = true) String site,
            @JsonProperty(required = true) String user) {
        public Person {
            JSON.require(isId(site) && isId(user), "each must have a site and a user of 1 to 1024 characters");
        }

        private static boolean isId(@Nullable String text) {
            return text != null && !text.isEmpty() && text.length() <= MAX_ID_CHARACTERS;
        }
    }

    public PersonsToErase {
        JSON.require(
                version == VERSION,
                "version " + version + " is not " + VERSION + "; the two sides are of different releases");
        JSON.require(persons != null && !persons.isEmpty(), "it names nobody");
        JSON.require(
                persons.size() <= MAX_PERSONS,
                "it names " + persons.size() + " persons, more than " + MAX_PERSONS
                        + "; send them in several messages");
        persons = List.copyOf(persons);
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
    public static PersonsToErase fromBytes(byte[] bytes) {
        return JSON.fromBytes(bytes);
    }
}

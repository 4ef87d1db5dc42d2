package io.openclickstream.schemas.click;

import org.jspecify.annotations.Nullable;

/**
 * A record that was refused, whole: what it was, where it stood, and why. Of an erased person's record only the latter
 * two are kept.
 *
 * @param detail one line for a person, naming the field and what was found; holds at most 200 characters of the input
 * @param eventTimeMillis the event time, where it could be read
 * @param rawKey the Kafka record's key, unchanged; null when it had none or it was not kept
 * @param rawValue the Kafka record's value, unchanged; null when it had none or it was not kept
 */
@SuppressWarnings("ArrayRecordComponent") // never compared: identity is the source position
public record Rejected(
        Reason reason,
        String detail,
        SourcePosition source,
        @Nullable Long eventTimeMillis,
        byte @Nullable [] rawKey,
        byte @Nullable [] rawValue) {

    /** A record of an erased person. */
    public static Rejected ofErasedPerson(SourcePosition source, @Nullable Long eventTimeMillis) {
        return new Rejected(
                Reason.ERASED_PERSON,
                "its person is on the list of erased persons, so nothing of it is kept",
                source,
                eventTimeMillis,
                null,
                null);
    }
}

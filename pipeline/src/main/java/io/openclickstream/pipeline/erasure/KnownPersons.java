package io.openclickstream.pipeline.erasure;

import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.PersonSet;
import io.openclickstream.lake.RecordedErasure;
import java.util.List;

/**
 * The erased persons up to an entry of the list.
 *
 * @param number of the latest entry; 0 before there is one
 */
public record KnownPersons(long number, PersonSet persons) {
    /** Before the list has an entry. */
    public static final KnownPersons NONE = new KnownPersons(0, PersonSet.EMPTY);

    /** With the entries that follow, of which there is at least one. */
    KnownPersons with(List<RecordedErasure> entries) {
        return new KnownPersons(entries.get(entries.size() - 1).number(), persons.with(ErasedPersons.persons(entries)));
    }
}

package io.openclickstream.maintenance;

import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.PersonHash;
import io.openclickstream.lake.PersonHasher;
import io.openclickstream.lake.RecordedErasure;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes to the lake's list of erased persons: first who is erased, so that the job refuses them, then what was removed. */
final class ListedPersons {
    private final ErasedPersons list;
    private final Clock clock;

    ListedPersons(ErasedPersons list, Clock clock) {
        this.list = list;
        this.clock = clock;
    }

    /**
     * Where persons stand in the list.
     *
     * @param number of the entry with the last of them
     * @param at when that entry was written
     */
    record Listed(long number, Instant at) {}

    /** Adds those who are not there yet, and returns where the last of these persons stands, by this or an earlier run. */
    Listed add(List<Person> persons) throws IOException {
        Map<PersonHash, Listed> known = new HashMap<>();
        for (RecordedErasure entry : list.after(0)) {
            entry.persons().forEach(person -> known.putIfAbsent(person, new Listed(entry.number(), entry.at())));
        }
        PersonHasher hasher = new PersonHasher();
        List<PersonHash> wanted = persons.stream()
                .map(person -> hasher.hash(person.site(), person.user()))
                .distinct()
                .toList();
        List<PersonHash> missing =
                wanted.stream().filter(person -> !known.containsKey(person)).toList();
        if (!missing.isEmpty()) {
            RecordedErasure added = list.add(clock.instant(), missing, Map.of(), List.of());
            missing.forEach(person -> known.put(person, new Listed(added.number(), added.at())));
        }
        return wanted.stream()
                .map(known::get)
                .max(Comparator.comparingLong(Listed::number))
                .orElseThrow();
    }

    /** Writes down what is about to be removed. */
    Removals removals() {
        return (dataset, rows, hours) -> list.add(clock.instant(), List.of(), Map.of(dataset, rows), hours);
    }
}

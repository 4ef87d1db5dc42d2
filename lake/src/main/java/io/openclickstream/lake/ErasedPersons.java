package io.openclickstream.lake;

import io.openclickstream.lake.storage.LakeStorage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.io.FileInfo;

/**
 * The lake's list of erased persons, whose clicks are refused from then on: a folder of its own with one file for each
 * entry, {@code erasures/000000000001.json} and so on, written once and never changed. Readers of the datasets and
 * maintenance do not look there. Safe for several processes.
 */
public final class ErasedPersons {
    /** Below the lake's root. */
    public static final String FOLDER = "erasures";

    private static final Pattern FILE = Pattern.compile(".*/(\\d{12,})\\.json");

    private final LakeSettings settings;
    private final LakeStorage storage;

    /** @param storage of that lake; closed by whoever has opened it */
    public ErasedPersons(LakeSettings settings, LakeStorage storage) {
        this.settings = settings;
        this.storage = storage;
    }

    /**
     * Adds an entry; of several that are added at a time, each gets a number of its own.
     *
     * @param persons who is to be refused from now on; may be empty, to tell of rows only
     * @param rows removed by dataset; empty before they are
     * @param hours beginnings of the hours of event time from which clicks were removed; empty before they are
     * @return the entry as it was written
     * @throws IllegalArgumentException when the list would have more than {@link PersonSet#MAX_PERSONS}
     * @throws IOException when the list cannot be read or written; adding again is right
     */
    public RecordedErasure add(
            Instant at, Collection<PersonHash> persons, Map<String, Long> rows, Collection<Instant> hours)
            throws IOException {
        String id = UUID.randomUUID().toString();
        PersonSet known = PersonSet.EMPTY;
        long last = 0;
        while (true) {
            List<RecordedErasure> others = after(last);
            known = known.with(persons(others));
            known.with(persons); // throws where the list becomes too long
            last += others.size();
            RecordedErasure entry = new RecordedErasure(last + 1, at, List.copyOf(persons), rows, List.copyOf(hours));
            byte[] content = entry.toJson(id);
            String location = location(entry.number());
            // Ours, too, when the store had taken it and its answer was lost.
            if (storage.create(location, content) || Arrays.equals(read(location), content)) {
                return entry;
            }
        }
    }

    /**
     * All entries with larger numbers, in order.
     *
     * @throws IOException when the list cannot be read, or a file of it is missing or is no entry
     */
    public List<RecordedErasure> after(long number) throws IOException {
        TreeSet<Long> numbers = new TreeSet<>();
        try {
            for (FileInfo file : storage.io().listPrefix(settings.location(FOLDER) + "/")) {
                Matcher name = FILE.matcher(file.location());
                if (name.matches()) {
                    numbers.add(Long.parseLong(name.group(1)));
                }
            }
        } catch (RuntimeException e) {
            throw new IOException(
                    "Cannot list the erased persons in %s: %s".formatted(settings.location(FOLDER), e.getMessage()), e);
        }
        List<RecordedErasure> entries = new ArrayList<>();
        for (long wanted : numbers.tailSet(number, false)) {
            long expected = number + entries.size() + 1;
            if (wanted != expected) {
                throw new IOException(
                        ("The list of erased persons lacks %s, and later files are there. Restore it; where it is lost,"
                                        + " erase its persons again and put a copy of the new file in its place.")
                                .formatted(location(expected)));
            }
            entries.add(entry(wanted));
        }
        return entries;
    }

    /** All persons of some entries. */
    public static List<PersonHash> persons(List<RecordedErasure> entries) {
        return entries.stream().flatMap(entry -> entry.persons().stream()).toList();
    }

    /**
     * The entry after this number, found with one look at the store; empty while there is none.
     *
     * @throws IOException when the store cannot be reached, or the file is no entry
     */
    public Optional<RecordedErasure> next(long number) throws IOException {
        String location = location(number + 1);
        try {
            if (!storage.io().newInputFile(location).exists()) {
                return Optional.empty();
            }
        } catch (RuntimeException e) {
            throw new IOException("Cannot look for %s: %s".formatted(location, e.getMessage()), e);
        }
        return Optional.of(entry(number + 1));
    }

    private RecordedErasure entry(long number) throws IOException {
        String location = location(number);
        byte[] content = read(location);
        try {
            RecordedErasure entry = RecordedErasure.fromJson(content);
            if (entry.number() != number) {
                throw new IOException("it says that its number is " + entry.number());
            }
            return entry;
        } catch (IOException e) {
            throw new IOException("Cannot read the erased persons of %s: %s".formatted(location, e.getMessage()), e);
        }
    }

    private byte[] read(String location) throws IOException {
        try {
            return LakeStorage.read(storage.io(), location);
        } catch (RuntimeException e) {
            throw new IOException("Cannot read %s: %s".formatted(location, e.getMessage()), e);
        }
    }

    private String location(long number) {
        return settings.location("%s/%012d.json".formatted(FOLDER, number));
    }
}

package io.openclickstream.maintenance;

import io.openclickstream.options.Mistakes;
import io.openclickstream.schemas.pseudonym.PseudonymKeys;
import io.openclickstream.schemas.pseudonym.PseudonymKeysFile;
import io.openclickstream.schemas.pseudonym.Pseudonyms;
import io.openclickstream.schemas.pseudonym.WrongKeysException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What persons are called in a lake whose job replaces user ids by pseudonyms. */
final class PersonPseudonyms {
    private static final String OPTION = "pseudonyms.keys";

    private final Pseudonyms pseudonyms;

    private PersonPseudonyms(PseudonymKeys keys) {
        pseudonyms = new Pseudonyms(keys);
    }

    /**
     * Reads the keys.
     *
     * @throws IOException when the file cannot be read or used
     */
    static PersonPseudonyms read(Path file) throws IOException {
        try {
            return new PersonPseudonyms(PseudonymKeysFile.parse(Files.readAllBytes(file)));
        } catch (WrongKeysException e) {
            throw new IOException("%s: %s. Nobody was erased.".formatted(file, e.getMessage()), e);
        }
    }

    /** Reports all that is wrong with the file. */
    static void check(@Nullable Path file, Mistakes wrong) {
        if (file == null) {
            return;
        }
        try {
            var unused = PseudonymKeysFile.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            wrong.add(OPTION, "cannot be read (%s). Give the job's file of keys".formatted(e));
        } catch (WrongKeysException e) {
            e.mistakes().forEach(mistake -> wrong.add(OPTION, mistake));
        }
    }

    /**
     * All pseudonyms of the persons, that under which their state is kept and those that are shown. Behind the door nobody
     * has another id, and hashes of the ids as they were sent could be guessed, so only these go to the lake's list.
     */
    List<Person> of(List<Person> persons) {
        List<Person> all = new ArrayList<>();
        for (Person person : persons) {
            for (String pseudonym : pseudonyms.all(person.site(), person.user())) {
                all.add(new Person(person.site(), pseudonym));
            }
        }
        return all;
    }
}

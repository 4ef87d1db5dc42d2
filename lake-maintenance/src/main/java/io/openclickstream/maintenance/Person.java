package io.openclickstream.maintenance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose data it is: a user of one site.
 *
 * @param site the site's id
 * @param user the user's id there; may have slashes
 */
record Person(String site, String user) {
    /** From {@code SITE/USER}; empty when it is not like that. */
    static Optional<Person> parse(String text) {
        int slash = text.indexOf('/');
        return slash < 1 || slash == text.length() - 1
                ? Optional.empty()
                : Optional.of(new Person(text.substring(0, slash), text.substring(slash + 1)));
    }

    /**
     * From a file of {@code SITE/USER} lines; empty lines are left out.
     *
     * @throws IOException when it cannot be read, or a line is not like that
     */
    static List<Person> read(Path file) throws IOException {
        List<Person> persons = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (!line.isBlank()) {
                int wrong = number;
                persons.add(parse(line.strip())
                        .orElseThrow(() -> new IOException(
                                "%s, line %d: is not like SITE/USER. Nobody was erased.".formatted(file, wrong))));
            }
        }
        return persons;
    }

    @Override
    public String toString() {
        return site + "/" + user;
    }
}

package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Removes persons from a lake, beside the running job, and looks whether they are gone. */
public final class Erasure {
    private final LakeCatalog catalog;
    private final Clock clock;
    private final Steps steps;
    private final Removals removals;

    public Erasure(LakeCatalog catalog, Clock clock) {
        this(catalog, clock, Steps.QUIET);
    }

    Erasure(LakeCatalog catalog, Clock clock, Steps steps) {
        this(catalog, clock, steps, Removals.UNRECORDED);
    }

    Erasure(LakeCatalog catalog, Clock clock, Steps steps, Removals removals) {
        this.removals = removals;
        this.catalog = catalog;
        this.clock = clock;
        this.steps = steps;
    }

    /** Removes all rows of these persons from all tables. May be repeated, and must be when something is left open. */
    Receipt erase(List<Person> persons) throws IOException {
        String started = clock.instant().toString();
        List<Receipt.Place> places = new ArrayList<>();
        List<String> open = new ArrayList<>();
        Path scratch = Files.createTempDirectory("clickstream-erase");
        try {
            for (String name : catalog.tables()) {
                Optional<PersonRows> rows =
                        PersonRows.of(catalog.load(name).orElseThrow().schema(), persons);
                if (rows.isPresent()) {
                    places.add(new TableErasure(catalog, name, rows.get(), scratch, steps, removals, open)
                            .erase(clock.millis()));
                }
            }
        } finally {
            TableCare.empty(scratch);
            Files.delete(scratch);
        }
        return new Receipt(
                Receipt.VERSION,
                catalog.settings().root(),
                persons.stream().map(Person::toString).toList(),
                started,
                clock.instant().toString(),
                places,
                List.of(),
                open,
                List.of());
    }

    /** A line for each file that still holds something of these persons. */
    List<String> verify(List<Person> persons) throws IOException {
        Path scratch = Files.createTempDirectory("clickstream-erase");
        try {
            return new Verification(catalog, persons, scratch).findings();
        } finally {
            TableCare.empty(scratch);
            Files.delete(scratch);
        }
    }
}

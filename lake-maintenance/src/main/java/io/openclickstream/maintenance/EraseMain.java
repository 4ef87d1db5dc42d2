package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Erases persons from a lake, or verifies it. Exit code 0 when nothing is left, 1 when something is or it failed, 2 when
 * an option is wrong.
 */
public final class EraseMain {
    private EraseMain() {}

    public static void main(String[] args) throws Exception {
        System.exit(EraseOptions.PROGRAM.run(args, System.getenv(), EraseMain::run));
    }

    private static int run(EraseOptions options) {
        try (LakeCatalog catalog = LakeCatalog.open(EraseOptions.access(options).settings())) {
            Erasure erasure = new Erasure(catalog, Clock.systemUTC());
            Path verified = options.verify();
            return verified == null ? erase(erasure, options) : verify(erasure, verified);
        } catch (IOException | RuntimeException e) {
            System.err.printf(
                    "Erasure from %s stopped: %s%nThe lake is right as it is. Erase again.%n", options.lakeUri(), e);
            return 1;
        }
    }

    private static int erase(Erasure erasure, EraseOptions options) throws IOException {
        List<Person> persons = new ArrayList<>();
        EraseOptions.named(options)
                .forEach(user -> persons.add(Person.parse(user).orElseThrow()));
        Path file = options.users();
        if (file != null) {
            persons.addAll(Person.read(file));
        }
        Path keys = options.pseudonymsKeys();
        Receipt receipt = erasure.erase(
                keys == null ? persons : PersonPseudonyms.read(keys).with(persons));
        receipt.write(options.receipt());
        for (Receipt.Place place : receipt.places()) {
            System.out.printf(
                    "%s: %d rows removed from the table and %d by folder, in %d files; %d snapshots let go%n",
                    place.name(),
                    place.rowsInTable(),
                    place.rowsByFolder(),
                    place.files().size(),
                    place.snapshots());
        }
        receipt.open().forEach(System.out::println);
        System.out.printf("The receipt is %s. It names the persons: keep it accordingly.%n", options.receipt());
        return receipt.open().isEmpty() ? 0 : 1;
    }

    private static int verify(Erasure erasure, Path file) throws IOException {
        Receipt receipt = Receipt.read(file);
        List<String> findings = erasure.verify(receipt.everybody());
        findings.forEach(System.out::println);
        System.out.printf(
                findings.isEmpty()
                        ? "Nothing of the %d persons of %s is left in the lake.%n"
                        : "Something of the %d persons of %s is in the lake. Erase again, or see docs/erasure.md.%n",
                receipt.persons().size(),
                file);
        return findings.isEmpty() ? 0 : 1;
    }
}

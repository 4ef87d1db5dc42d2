package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Erases persons from the lake and the live tables, or verifies it. Exit code 0 when all that can be removed is, 1 when
 * something is open or it failed, 2 when an option is wrong.
 */
public final class EraseMain {
    private EraseMain() {}

    public static void main(String[] args) throws Exception {
        System.exit(EraseOptions.PROGRAM.run(args, System.getenv(), EraseMain::run));
    }

    private static int run(EraseOptions options) {
        try (LakeCatalog catalog = LakeCatalog.open(LakeOptions.access(options).settings())) {
            EraseEverywhere erasure = new EraseEverywhere(
                    catalog,
                    Clock.systemUTC(),
                    EraseOptions.live(options),
                    options.kafkaRetention(),
                    new JobWait(options.waitForJob(), time -> Thread.sleep(time.toMillis()), System.out::println));
            Path verified = options.verify();
            return verified == null ? erase(erasure, options) : verify(erasure, verified);
        } catch (IOException | RuntimeException e) {
            System.err.printf(
                    "Erasure from %s stopped: %s%nThe lake is right as it is. Erase again.%n", options.lakeUri(), e);
            return 1;
        }
    }

    private static int erase(EraseEverywhere erasure, EraseOptions options) throws IOException {
        List<Person> persons = new ArrayList<>();
        EraseOptions.named(options)
                .forEach(user -> persons.add(Person.parse(user).orElseThrow()));
        Path file = options.users();
        if (file != null) {
            persons.addAll(Person.read(file));
        }
        Path keys = options.pseudonymsKeys();
        Receipt receipt = keys == null ? erasure.erase(persons) : erasure.erase(persons, PersonPseudonyms.read(keys));
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
        for (Elsewhere other : receipt.elsewhere()) {
            if (other.isDone()) {
                System.out.printf(
                        "%s: %s%s%n",
                        other.name() == null ? other.place() : other.place() + " " + other.name(),
                        other.rows() == null ? "" : other.rows() + " rows. ",
                        other.why());
            }
        }
        receipt.remains().forEach(line -> System.out.println("REMAINS " + line));
        receipt.open().forEach(line -> System.out.println("OPEN " + line));
        System.out.printf("The receipt is %s. It names the persons: keep it accordingly.%n", options.receipt());
        return receipt.open().isEmpty() ? 0 : 1;
    }

    private static int verify(EraseEverywhere erasure, Path file) throws IOException {
        Receipt receipt = Receipt.read(file);
        List<String> findings = erasure.verify(receipt.everybody());
        findings.forEach(System.out::println);
        System.out.printf(
                findings.isEmpty()
                        ? "Nothing of the %d persons of %s is left where it was looked for.%n"
                        : "Something of the %d persons of %s is left. Erase again, or see docs/erasure.md.%n",
                receipt.persons().size(),
                file);
        return findings.isEmpty() ? 0 : 1;
    }
}

package io.openclickstream.maintenance;

import io.openclickstream.lake.EpochMark;
import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * Removes persons from all places that keep rows of them. The job is told first, and waited for until an epoch is
 * committed after which it writes nothing of them any more. Then nothing comes after what is removed.
 */
final class EraseEverywhere {
    private final LakeCatalog catalog;
    private final Clock clock;
    private final Live live;
    private final @Nullable Duration kafkaRetention;
    private final JobWait wait;

    /** Where live tables are. */
    sealed interface Live {
        /** Nobody has said. */
        record Unknown() implements Live {}

        /** There are none. */
        record None() implements Live {}

        /** On a server. */
        record Server(LiveServer.Access access) implements Live {}
    }

    /** @param kafkaRetention zero when there is no topic; null when that was not said */
    EraseEverywhere(LakeCatalog catalog, Clock clock, Live live, @Nullable Duration kafkaRetention, JobWait wait) {
        this.catalog = catalog;
        this.clock = clock;
        this.live = live;
        this.kafkaRetention = kafkaRetention;
        this.wait = wait;
    }

    /** May be repeated, and must be while something is open. */
    Receipt erase(List<Person> persons) throws IOException {
        return erase(persons, persons);
    }

    /** The same where the job shows pseudonyms. The receipt names the persons by these, too. */
    Receipt erase(List<Person> persons, PersonPseudonyms pseudonyms) throws IOException {
        List<Person> shown = pseudonyms.of(persons);
        List<Person> all = new ArrayList<>(persons); // bytes that were kept may hold the ids as they were sent
        all.addAll(shown);
        return erase(all, shown);
    }

    private Receipt erase(List<Person> persons, List<Person> refused) throws IOException {
        ListedPersons list = new ListedPersons(new ErasedPersons(catalog.settings(), catalog.storage()), clock);
        ListedPersons.Listed listed = list.add(refused);
        JobObedience job =
                wait.forEntry(listed.number(), () -> JobObedience.of(marks(persons), listed.number()), clock);
        Receipt lake = new Erasure(catalog, clock, Steps.QUIET, list.removals()).erase(persons);
        List<Elsewhere> elsewhere = new ArrayList<>();
        elsewhere.addAll(Elsewhere.jobState(listed, job, wait.atMost()));
        elsewhere.addAll(liveTables(persons));
        elsewhere.add(Elsewhere.kafka(listed.at(), kafkaRetention, clock.instant()));
        return lake.with(elsewhere, clock.instant());
    }

    /** A line for each place that still holds something of these persons, of those that can be looked at. */
    List<String> verify(List<Person> persons) throws IOException {
        List<String> findings = new ArrayList<>(new Erasure(catalog, clock).verify(persons));
        if (live instanceof Live.Server server) {
            try (LiveServer client = new LiveServer(server.access())) {
                client.find(persons).forEach((table, rows) -> {
                    if (rows > 0) {
                        findings.add("live table %s: %d rows of them".formatted(table, rows));
                    }
                });
            }
        }
        return findings;
    }

    private List<Elsewhere> liveTables(List<Person> persons) {
        if (live instanceof Live.None) {
            return List.of(Elsewhere.liveTables(true, "There are none, as --flight=none says."));
        } else if (live instanceof Live.Server server) {
            try (LiveServer client = new LiveServer(server.access())) {
                List<Elsewhere> tables = new ArrayList<>();
                for (Map.Entry<String, Long> table : client.erase(persons).entrySet()) {
                    tables.add(Elsewhere.liveTable(table.getKey(), table.getValue()));
                }
                return tables.isEmpty()
                        ? List.of(Elsewhere.liveTables(true, "The server has no table that says whose its rows are."))
                        : tables;
            } catch (IOException e) {
                return List.of(Elsewhere.liveTables(false, e.getMessage() + " Erase again."));
            }
        }
        return List.of(Elsewhere.liveTables(
                false, "No server was asked. Give its address with --flight, or --flight=none where there is none."));
    }

    /** Of the tables that hold persons. */
    private List<EpochMark> marks(List<Person> persons) throws IOException {
        List<EpochMark> marks = new ArrayList<>();
        for (String name : catalog.tables()) {
            Table table = catalog.load(name).orElseThrow();
            if (PersonRows.of(table.schema(), persons).isPresent()) {
                marks.add(EpochMark.of(table.properties()));
            }
        }
        return marks;
    }
}

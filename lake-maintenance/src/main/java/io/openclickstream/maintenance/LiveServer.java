package io.openclickstream.maintenance;

import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.PersonsFound;
import io.openclickstream.schemas.live.PersonsToErase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightClientMiddleware;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** A running Flight server, asked for the rows that its live tables have of persons. */
final class LiveServer implements AutoCloseable {
    /** It writes all its tables to a checkpoint before it answers. */
    private static final long ANSWER_MINUTES = 10;

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient client;

    /**
     * Where it is, and what it is shown.
     *
     * @param tokenFile holds a bearer token; null for none
     * @param tlsCa certificates in PEM that the server's must come from; null for those the JVM trusts
     */
    record Access(
            URI address, @Nullable Path tokenFile, @Nullable Path tlsCa) {}

    /** @throws IOException when a file cannot be read */
    LiveServer(Access access) throws IOException {
        FlightClient.Builder builder = FlightClient.builder(allocator, new Location(access.address()));
        Path tokenFile = access.tokenFile();
        Path tlsCa = access.tlsCa();
        try (InputStream ca = tlsCa == null ? null : Files.newInputStream(tlsCa)) {
            if (ca != null) {
                builder.trustedCertificates(ca);
            }
            if (tokenFile != null) {
                String token = Files.readString(tokenFile).strip();
                builder.intercept(call -> new Bearer(token));
            }
            client = builder.build();
        } catch (IOException | RuntimeException e) {
            allocator.close();
            throw e;
        }
    }

    /**
     * Removes the rows of persons from all tables; the rows by {@code LINEAGE/TABLE}.
     *
     * @throws IOException when it is not done; the message says what the server said
     */
    Map<String, Long> erase(List<Person> persons) throws IOException {
        return ask(LiveActions.ERASE, persons);
    }

    /** How many rows of persons there are, by {@code LINEAGE/TABLE}. */
    Map<String, Long> find(List<Person> persons) throws IOException {
        return ask(LiveActions.FIND_PERSONS, persons);
    }

    private Map<String, Long> ask(String action, List<Person> persons) throws IOException {
        Map<String, Long> rows = new TreeMap<>();
        for (int from = 0; from < persons.size(); from += PersonsToErase.MAX_PERSONS) {
            int to = Math.min(persons.size(), from + PersonsToErase.MAX_PERSONS);
            for (PersonsFound.Rows found :
                    ask(action, message(persons.subList(from, to))).tables()) {
                rows.merge(found.lineage() + "/" + found.table(), found.rows(), Long::sum);
            }
        }
        return rows;
    }

    private PersonsFound ask(String action, PersonsToErase persons) throws IOException {
        try {
            byte[] answer = client.doAction(
                            new Action(action, persons.toBytes()),
                            CallOptions.timeout(ANSWER_MINUTES, TimeUnit.MINUTES))
                    .next()
                    .getBody();
            return PersonsFound.fromBytes(answer);
        } catch (FlightRuntimeException | IllegalArgumentException e) {
            throw new IOException("the Flight server did not do it: " + e.getMessage(), e);
        }
    }

    private static PersonsToErase message(List<Person> persons) {
        List<PersonsToErase.Person> all = new ArrayList<>();
        persons.forEach(person -> all.add(new PersonsToErase.Person(person.site(), person.user())));
        return new PersonsToErase(PersonsToErase.VERSION, all);
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        allocator.close();
    }

    private record Bearer(String token) implements FlightClientMiddleware {
        @Override
        public void onBeforeSendingHeaders(CallHeaders headers) {
            headers.insert("authorization", "Bearer " + token);
        }

        @Override
        public void onHeadersReceived(CallHeaders headers) {}

        @Override
        public void onCallCompleted(CallStatus status) {}
    }
}

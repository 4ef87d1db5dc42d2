package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;

/** A subscription that is read by a thread of its own and folded. */
final class Tail implements AutoCloseable {
    final Fold fold;
    private final FlightStream stream;
    private final Thread thread;
    private volatile RuntimeException failure;

    /**
     * Begins.
     *
     * @param command with apostrophes for quotation marks
     * @param before what the reader has, with its token; an empty fold to begin with a snapshot
     */
    Tail(TestClient client, String command, Fold before) {
        fold = before.copy();
        String token = fold.token();
        String whole = token == null ? command : command.replace("'subscribe'", "'resume':'" + token + "','subscribe'");
        FlightInfo info = client.flight.getInfo(
                FlightDescriptor.command(whole.replace('\'', '"').getBytes(StandardCharsets.UTF_8)),
                TestClient.timeout());
        stream = client.flight.getStream(info.getEndpoints().get(0).getTicket());
        thread = new Thread(this::read, "tail");
        thread.start();
    }

    private void read() {
        try {
            while (stream.next()) {
                fold.take(stream.getRoot(), stream.getLatestMetadata());
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Waits until the fold has exactly these rows. */
    void has(String... rows) {
        await().atMost(TestClient.PATIENCE).untilAsserted(() -> {
            assertThat(failure).isNull();
            assertThat(fold.isWhole()).isTrue();
            assertThat(fold.rows()).containsExactly(rows);
        });
    }

    /** Throws what the stream ends with. */
    void failure() {
        await().atMost(TestClient.PATIENCE).until(() -> failure != null);
        throw failure;
    }

    /** How many steps of all rows have come, also to those before it. */
    long snapshots() {
        return fold.marks().stream()
                .filter(mark -> mark.path("step").asText().equals("snapshot")
                        && mark.path("ends_step").asBoolean())
                .count();
    }

    @Override
    public void close() throws Exception {
        stream.cancel("enough", null);
        thread.join(TestClient.PATIENCE.toMillis());
        assertThat(thread.isAlive()).isFalse();
        stream.close();
    }
}

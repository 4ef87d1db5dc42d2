package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;

/** What is asked of the Flight server beside rows. A call is repeated until it is answered, for as long as an outage may last. */
final class LiveServer {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final URI uri;
    private final BufferAllocator allocator;
    private final Duration maxOutage;

    LiveServer(URI uri, BufferAllocator allocator, Duration maxOutage) {
        this.uri = uri;
        this.allocator = allocator;
        this.maxOutage = maxOutage;
    }

    /**
     * Begins to write.
     *
     * @throws LivePushException when the server refuses it, or has been away for longer than allowed
     */
    WriterOpened open(WriterOpening opening) throws InterruptedException, LivePushException {
        String call = "that subtask %d of %s begins at epoch %d"
                .formatted(opening.subtask(), opening.writer(), opening.restoredEpoch());
        return WriterOpened.fromBytes(act(new Action(LiveActions.OPEN, opening.toBytes()), call));
    }

    /**
     * Commits an epoch; returns when it is durable.
     *
     * @throws LivePushException when the server refuses it, or has been away for longer than allowed
     */
    void commit(EpochCommit commit) throws InterruptedException, LivePushException {
        act(new Action(LiveActions.COMMIT, commit.toBytes()), "the commit of epoch " + commit.epoch());
    }

    private byte[] act(Action action, String call) throws InterruptedException, LivePushException {
        Patience patience = new Patience(uri, call, maxOutage);
        while (true) {
            try (FlightClient client =
                    FlightClient.builder(allocator, new Location(uri)).build()) {
                Iterator<Result> answers =
                        client.doAction(action, CallOptions.timeout(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS));
                if (!answers.hasNext()) {
                    throw FlightStatusCodes.unavailable("no answer to " + action.getType());
                }
                byte[] answer = answers.next().getBody();
                answers.forEachRemaining(more -> {}); // else the call stays open
                return answer;
            } catch (FlightRuntimeException e) {
                patience.waitAfter(e);
            }
        }
    }
}

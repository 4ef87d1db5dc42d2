package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked of the Flight server beside rows. A call is repeated until it is answered. */
final class LiveServer {
    private static final Logger LOG = LoggerFactory.getLogger(LiveServer.class);

    private final LivePushOperator.Settings settings;
    private final BufferAllocator allocator;

    LiveServer(LivePushOperator.Settings settings, BufferAllocator allocator) {
        this.settings = settings;
        this.allocator = allocator;
    }

    /**
     * Begins to write.
     *
     * @throws LivePushException when the server refuses it, or has been away for longer than allowed
     */
    WriterOpened open(WriterOpening opening) throws InterruptedException, LivePushException {
        String call = "that subtask %d of %s begins at epoch %d"
                .formatted(opening.subtask(), opening.writer(), opening.restoredEpoch());
        Patience.Outage giveUp = outage -> {
            throw outage;
        };
        return WriterOpened.fromBytes(act(new Action(LiveActions.OPEN, opening.toBytes()), call, giveUp));
    }

    /**
     * Commits an epoch; returns when it is durable, however long the server is away. The checkpoint is complete by then,
     * so failing would only have the same commit tried anew after a restore.
     *
     * @throws LivePushException when the server refuses it
     */
    void commit(EpochCommit commit) throws InterruptedException, LivePushException {
        Patience.Outage goOn = outage -> LOG.error("The job waits and loses nothing.", outage);
        act(new Action(LiveActions.COMMIT, commit.toBytes()), "the commit of epoch " + commit.epoch(), goOn);
    }

    private byte[] act(Action action, String call, Patience.Outage outage)
            throws InterruptedException, LivePushException {
        Patience patience = new Patience(settings.uri(), call, settings.maxOutage(), outage);
        while (true) {
            try (FlightClient client = settings.access().client(allocator, new Location(settings.uri()))) {
                Iterator<Result> answers = client.doAction(
                        action, CallOptions.timeout(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS));
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

package io.openclickstream.pipeline.operator;

import io.openclickstream.lake.PersonHasher;
import io.openclickstream.lake.PersonSet;
import io.openclickstream.pipeline.erasure.ErasureFeed;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.session.UserKey;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Sends clicks on, rejected records aside, and counts every record read. Where pseudonyms are on it is the door behind
 * which nobody knows a user id as it was sent. Of a rejected record whose person was erased only the place goes aside;
 * clicks are asked for that where their person's sessions are.
 */
public final class RouteOperator extends AbstractStreamOperator<ReceivedClick>
        implements OneInputStreamOperator<SourceRecord, ReceivedClick> {
    private static final long serialVersionUID = 1L;

    /** Malformed and future records. */
    public static final OutputTag<Rejected> REJECTED = new OutputTag<>("rejected", TypeInformation.of(Rejected.class));

    /** Before each barrier and at the end: the records read since the last one, and the outcomes known here. */
    public static final OutputTag<LedgerEntry> COUNTED =
            new OutputTag<>("counted", TypeInformation.of(LedgerEntry.class));

    private final @Nullable PseudonymSettings pseudonyms;

    private final ErasureList erasures;

    private transient ErasureFeed feed;
    private transient AppliedErasures applied;
    private transient PersonHasher hasher;
    private transient LedgerTally tally;
    private transient long lastEpoch;
    private transient @Nullable PseudonymDoor door;

    /**
     * @param pseudonyms null to leave user ids as they are
     * @param erasures of whose rejected records only the place is kept
     */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState and open before the first record
    public RouteOperator(@Nullable PseudonymSettings pseudonyms, ErasureList erasures) {
        this.pseudonyms = pseudonyms;
        this.erasures = erasures;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        tally = new LedgerTally();
        lastEpoch = context.getRestoredCheckpointId().orElse(0);
    }

    @Override
    public void open() throws Exception {
        super.open();
        PseudonymSettings settings = pseudonyms;
        if (settings != null) {
            var keys = new KeysInUse(
                    settings, getProcessingTimeService(), changed -> door = new PseudonymDoor(settings, changed));
            getMetricGroup().gauge("pseudonymKeys", () -> keys.current().periods());
        }
        hasher = new PersonHasher();
        applied = new AppliedErasures(output, getRuntimeContext().getTaskInfo(), OperatorUid.ROUTE);
        feed = ErasureFeed.open(
                erasures,
                getContainingTask()
                        .getEnvironment()
                        .getTaskManagerInfo()
                        .getConfiguration()
                        .toMap());
    }

    @Override
    public void processElement(StreamRecord<SourceRecord> element) {
        SourceRecord record = door == null ? element.getValue() : door.pass(element.getValue());
        tally.received(record.position());
        if (record.rejected() != null) {
            Rejected rejected = isErased(record.user())
                    ? Rejected.ofErasedPerson(
                            record.position(), record.rejected().eventTimeMillis())
                    : record.rejected();
            tally.ended(record.position(), rejected.reason().outcome());
            output.collect(REJECTED, element.replace(rejected));
        } else if (record.click() != null) {
            output.collect(element.replace(record.click()));
        }
    }

    private boolean isErased(@Nullable UserKey user) {
        PersonSet persons = feed.known().persons();
        return user != null && !persons.isEmpty() && persons.contains(hasher.hash(user.siteId(), user.userId()));
    }

    @Override
    public void close() throws Exception {
        if (feed != null) {
            feed.close();
        }
        super.close();
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        send(checkpointId);
        applied.tell(checkpointId, feed.known().number());
    }

    @Override
    public void finish() {
        send(lastEpoch + 1);
        applied.end(lastEpoch, feed.known().number());
    }

    private void send(long epoch) {
        lastEpoch = epoch;
        tally.drain(epoch).forEach(entry -> output.collect(COUNTED, new StreamRecord<>(entry)));
    }
}

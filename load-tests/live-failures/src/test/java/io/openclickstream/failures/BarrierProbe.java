package io.openclickstream.failures;

import io.openclickstream.schemas.ledger.LedgerEntry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Passes steps of the ledger on, and remembers for every barrier which was the latest of each partition before it. For one
 * job in this JVM, since tests ask for it by its class.
 */
final class BarrierProbe extends AbstractStreamOperator<LedgerEntry>
        implements OneInputStreamOperator<LedgerEntry, LedgerEntry> {
    private static final long serialVersionUID = 1L;
    private static final Map<Long, Map<Integer, List<LedgerEntry>>> BARRIERS = new ConcurrentHashMap<>();
    private static final AtomicInteger RESTORED = new AtomicInteger();
    private static final AtomicInteger RUNNING = new AtomicInteger();

    private transient ListState<LedgerEntry> state;
    private transient Map<Integer, LedgerEntry> latest;

    /** The rows of the table that an epoch must have, as {@link Row#text} writes them, sorted. */
    static List<String> rows(long epoch) {
        return BARRIERS.getOrDefault(epoch, Map.of()).values().stream()
                .flatMap(List::stream)
                .map(step -> Row.text(
                        step.topic(),
                        step.partition(),
                        step.epoch(),
                        step.fromOffset(),
                        step.toOffset(),
                        step.received()))
                .sorted()
                .toList();
    }

    /** How often a subtask has begun with state. */
    static int restored() {
        return RESTORED.get();
    }

    /** Subtasks that run now. */
    static int running() {
        return RUNNING.get();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("latest", TypeInformation.of(LedgerEntry.class)));
        latest = new TreeMap<>();
        for (LedgerEntry step : state.get()) {
            latest.put(step.partition(), step);
        }
        RUNNING.incrementAndGet();
        if (context.isRestored()) {
            RESTORED.incrementAndGet();
        }
    }

    @Override
    public void processElement(StreamRecord<LedgerEntry> element) {
        latest.put(element.getValue().partition(), element.getValue());
        output.collect(element);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<LedgerEntry> steps = List.copyOf(latest.values());
        state.update(steps);
        BARRIERS.computeIfAbsent(context.getCheckpointId(), id -> new ConcurrentHashMap<>())
                .put(getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(), steps);
    }

    @Override
    public void close() throws Exception {
        RUNNING.decrementAndGet();
        super.close();
    }
}

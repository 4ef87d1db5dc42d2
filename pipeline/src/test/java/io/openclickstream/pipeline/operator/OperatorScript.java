package io.openclickstream.pipeline.operator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.checkpoint.SnapshotType;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend.PriorityQueueStateType;
import org.apache.flink.state.rocksdb.RocksDBKeyedStateBackend;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.SupplierWithException;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * A story for one keyed operator, told in steps, that is run straight through or with the operator thrown away and
 * restored from a snapshot after every step. Both ways must end the same.
 */
public final class OperatorScript<K, I, O> {
    /** How the steps are run. */
    public enum Mode {
        STRAIGHT,
        RESTORED_AFTER_EVERY_STEP,
        STRAIGHT_ON_ROCKSDB,
        RESTORED_AFTER_EVERY_STEP_ON_ROCKSDB,
        /** A cluster may want Flink's timers there; they are written before the state is. */
        RESTORED_ON_ROCKSDB_WITH_TIMERS_ON_HEAP,
        /** From one backend to the other and back again, by savepoints. */
        MOVED_AFTER_EVERY_STEP;

        /** Whether the operator is thrown away and restored between any two steps. */
        public boolean isRestored() {
            return this != STRAIGHT && this != STRAIGHT_ON_ROCKSDB;
        }

        /** Whether state is objects, and always was. */
        boolean isOnHeap() {
            return this == STRAIGHT || this == RESTORED_AFTER_EVERY_STEP;
        }

        boolean isMoved() {
            return this == MOVED_AFTER_EVERY_STEP;
        }

        /** Whether Flink must have a timer for whoever waits: all state was written, and not read again on the heap. */
        boolean hasTimers() {
            return this == RESTORED_AFTER_EVERY_STEP_ON_ROCKSDB || this == RESTORED_ON_ROCKSDB_WITH_TIMERS_ON_HEAP;
        }

        private SnapshotType snapshotType() {
            return isMoved() ? SavepointType.savepoint(SavepointFormatType.CANONICAL) : CheckpointType.CHECKPOINT;
        }

        /** @param restores how often the operator was restored before */
        StateBackend backend(long restores) {
            if (isOnHeap() || (isMoved() && restores % 2 == 0)) {
                return new HashMapStateBackend();
            }
            EmbeddedRocksDBStateBackend rocks = new EmbeddedRocksDBStateBackend();
            rocks.getMemoryConfiguration().setUseManagedMemory(false);
            if (this == RESTORED_ON_ROCKSDB_WITH_TIMERS_ON_HEAP) {
                rocks.setPriorityQueueStateType(PriorityQueueStateType.HEAP);
            }
            return rocks;
        }
    }

    /** Everything that came out, and what the operator still holds. */
    public record Outcome<O>(List<O> main, Map<String, List<Object>> side, int stateEntries, int timers) {
        @SuppressWarnings("unchecked")
        public <X> List<X> side(OutputTag<X> tag) {
            return (List<X>) side.getOrDefault(tag.getId(), List.of());
        }
    }

    private static final long FIRST_CHECKPOINT = 1_000;

    private final SupplierWithException<OneInputStreamOperator<I, O>, Exception> operator;
    private final KeySelector<I, K> key;
    private final TypeInformation<K> keyType;
    private final List<ThrowingConsumer<KeyedOneInputStreamOperatorTestHarness<K, I, O>, Exception>> steps =
            new ArrayList<>();

    public OperatorScript(
            SupplierWithException<OneInputStreamOperator<I, O>, Exception> operator,
            KeySelector<I, K> key,
            TypeInformation<K> keyType) {
        this.operator = operator;
        this.key = key;
        this.keyType = keyType;
    }

    public OperatorScript<K, I, O> element(I element) {
        steps.add(harness -> harness.processElement(new StreamRecord<>(element)));
        return this;
    }

    /** All of them as one step, so that no restore comes between them. */
    public OperatorScript<K, I, O> elements(List<I> elements) {
        steps.add(harness -> {
            for (I element : elements) {
                harness.processElement(new StreamRecord<>(element));
            }
        });
        return this;
    }

    public OperatorScript<K, I, O> watermark(long millis) {
        steps.add(harness -> harness.processWatermark(new Watermark(millis)));
        return this;
    }

    /** Flink's last watermark of one of several inputs, which is no end as long as others go on. */
    public OperatorScript<K, I, O> lastWatermarkOfOneInput() {
        return watermark(Long.MAX_VALUE);
    }

    /** All input has ended. */
    public OperatorScript<K, I, O> end() {
        steps.add(KeyedOneInputStreamOperatorTestHarness::endInput);
        return this;
    }

    public OperatorScript<K, I, O> processingTime(long millis) {
        steps.add(harness -> harness.setProcessingTime(millis));
        return this;
    }

    public OperatorScript<K, I, O> barrier(long checkpointId) {
        steps.add(harness -> harness.prepareSnapshotPreBarrier(checkpointId));
        return this;
    }

    /** Anything else. */
    public OperatorScript<K, I, O> step(
            ThrowingConsumer<KeyedOneInputStreamOperatorTestHarness<K, I, O>, Exception> step) {
        steps.add(step);
        return this;
    }

    public Outcome<O> run(Mode mode, OutputTag<?>... sides) throws Exception {
        List<O> main = new ArrayList<>();
        Map<String, List<Object>> side = new HashMap<>();
        KeyedOneInputStreamOperatorTestHarness<K, I, O> harness = open(mode, null, 0);
        long checkpoint = FIRST_CHECKPOINT;
        for (var step : steps) {
            step.accept(harness);
            if (mode.isRestored()) {
                harness.prepareSnapshotPreBarrier(checkpoint);
                OperatorSubtaskState snapshot = harness.snapshotWithLocalState(checkpoint++, 0, mode.snapshotType())
                        .getJobManagerOwnedState();
                collect(harness, main, side, sides);
                long processingTime = harness.getProcessingTime();
                harness.close();
                harness = open(mode, snapshot, checkpoint - FIRST_CHECKPOINT);
                harness.setProcessingTime(processingTime);
            }
        }
        collect(harness, main, side, sides);
        int entries = stateEntries(harness);
        int timers = harness.numEventTimeTimers() + harness.numProcessingTimeTimers();
        harness.close();
        return new Outcome<>(main, side, entries, timers);
    }

    private KeyedOneInputStreamOperatorTestHarness<K, I, O> open(
            Mode mode, OperatorSubtaskState snapshot, long restores) throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<>(operator.get(), key, keyType);
        harness.setStateBackend(mode.backend(restores));
        harness.setup();
        if (snapshot != null) {
            harness.initializeState(snapshot);
        }
        harness.open();
        return harness;
    }

    private static <K, I, O> int stateEntries(KeyedOneInputStreamOperatorTestHarness<K, I, O> harness) {
        var backend = harness.getOperator().getKeyedStateBackend();
        return backend instanceof RocksDBKeyedStateBackend<?> rocks
                ? rocks.numKeyValueStateEntries()
                : harness.numKeyedStateEntries();
    }

    private static <K, I, O> void collect(
            KeyedOneInputStreamOperatorTestHarness<K, I, O> harness,
            List<O> main,
            Map<String, List<Object>> side,
            OutputTag<?>... tags) {
        main.addAll(harness.extractOutputValues());
        harness.getOutput().clear();
        for (OutputTag<?> tag : tags) {
            var records = harness.getSideOutput(tag);
            if (records != null) {
                records.forEach(record -> side.computeIfAbsent(tag.getId(), id -> new ArrayList<>())
                        .add(record.getValue()));
                records.clear();
            }
        }
    }
}

package io.openclickstream.failures;

import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.schemas.live.LivePrepared;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The usual sink: upserts by key, at least once, flushed before each barrier. It survives every network and every server,
 * and cannot take back what a job that is restored has never put.
 */
final class WriteThrough implements Sink {
    static final String ACTION = "write";

    @Override
    public OneInputStreamOperator<Object, LivePrepared> writer(Writer writer, LivePushOperator.Settings settings) {
        return new Operator(settings);
    }

    @Override
    public OneInputStreamOperator<LivePrepared, Void> committer(LivePushOperator.Settings settings) {
        return new NoCommitter();
    }

    @Override
    public Object input(Row row) {
        return row;
    }

    @Override
    public boolean stopsZombies() {
        return false;
    }

    private static final class NoCommitter extends AbstractStreamOperator<Void>
            implements OneInputStreamOperator<LivePrepared, Void> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(StreamRecord<LivePrepared> element) {}
    }

    private static final class Operator extends AbstractStreamOperator<LivePrepared>
            implements OneInputStreamOperator<Object, LivePrepared> {
        private static final long serialVersionUID = 1L;

        private final transient LivePushOperator.Settings settings;
        private final transient List<String> waiting = new ArrayList<>();
        private transient BufferAllocator allocator;

        Operator(LivePushOperator.Settings settings) {
            this.settings = settings;
        }

        @Override
        public void open() throws Exception {
            super.open();
            allocator = new RootAllocator();
            schedule();
        }

        @Override
        public void processElement(StreamRecord<Object> element) throws Exception {
            waiting.add(((Row) element.getValue()).line());
            if (waiting.size() >= settings.batchRows()) {
                flush();
            }
        }

        @Override
        public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
            flush();
        }

        @Override
        public void finish() throws Exception {
            flush();
        }

        @Override
        public void close() throws Exception {
            super.close();
            if (allocator != null) {
                allocator.close();
            }
        }

        private void schedule() {
            long next = getProcessingTimeService().getCurrentProcessingTime()
                    + settings.flushInterval().toMillis();
            var unused = getProcessingTimeService().registerTimer(next, time -> {
                flush();
                schedule();
            });
        }

        private void flush() throws InterruptedException {
            byte[] rows = String.join("\n", waiting).getBytes(StandardCharsets.UTF_8);
            while (!waiting.isEmpty()) {
                try (FlightClient client = FlightClient.builder(allocator, new Location(settings.uri()))
                        .build()) {
                    var answers = client.doAction(
                            new Action(ACTION, rows),
                            CallOptions.timeout(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS));
                    answers.forEachRemaining(answer -> {});
                    waiting.clear();
                } catch (FlightRuntimeException e) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
            }
        }
    }
}

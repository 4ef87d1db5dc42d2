package io.openclickstream.failures;

import io.openclickstream.pipeline.sink.live.LiveCommitOperator;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.schemas.live.LivePrepared;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;

/** The operators under test. */
interface Sink {
    /** A subtask's operator; it takes what {@link #input} makes of rows. */
    OneInputStreamOperator<Object, LivePrepared> writer(Writer writer, LivePushOperator.Settings settings);

    OneInputStreamOperator<LivePrepared, Void> committer(LivePushOperator.Settings settings);

    /** What a writer takes for a row. */
    Object input(Row row);

    /** Whether a task that was replaced is told so when it goes on. */
    boolean stopsZombies();

    /** The pipeline's own. */
    static Sink real() {
        return new Sink() {
            @Override
            @SuppressWarnings("unchecked") // each writer is fed rows of its own type
            public OneInputStreamOperator<Object, LivePrepared> writer(
                    Writer writer, LivePushOperator.Settings settings) {
                return (OneInputStreamOperator<Object, LivePrepared>) (OneInputStreamOperator<?, LivePrepared>)
                        new LivePushOperator<>(settings, writer.rows(), writer.uid);
            }

            @Override
            public OneInputStreamOperator<LivePrepared, Void> committer(LivePushOperator.Settings settings) {
                return new LiveCommitOperator(
                        settings,
                        Arrays.stream(Writer.values())
                                .map(writer -> writer.uid.uid())
                                .collect(Collectors.toSet()));
            }

            @Override
            public Object input(Row row) {
                return row.value();
            }

            @Override
            public boolean stopsZombies() {
                return true;
            }
        };
    }
}

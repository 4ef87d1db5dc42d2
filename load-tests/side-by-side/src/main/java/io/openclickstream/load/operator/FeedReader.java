package io.openclickstream.load.operator;

import io.openclickstream.load.operator.Feed.Clicks;
import io.openclickstream.schemas.click.ReceivedClick;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;
import org.jspecify.annotations.Nullable;

/**
 * Reads a feed on the task's thread, on which the operator behind it is called too, and tells {@link Course} about it.
 * It begins by itself, or where a checkpoint says.
 */
final class FeedReader implements SourceReader<ReceivedClick, FeedSplit> {
    /** A watermark follows every so many clicks. */
    static final int WATERMARK_EVERY = 1_000;

    /** How far watermarks are behind the latest click; more than clicks are out of order, so none is late. */
    static final long BEHIND_MILLIS = 10_000;

    private final FeedSource source;
    private @Nullable Clicks clicks;
    private long position;
    private long latestMillis = Long.MIN_VALUE + BEHIND_MILLIS;
    private boolean waits;
    private boolean firstTaken;

    FeedReader(FeedSource source) {
        this.source = source;
        position = source.from();
    }

    @Override
    public void start() {}

    @Override
    public void addSplits(List<FeedSplit> splits) {
        position = splits.get(0).position();
        latestMillis = splits.get(0).latestMillis();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<ReceivedClick> output) throws Exception {
        Clicks from = clicks;
        if (from == null) {
            from = source.feed().openAt(position);
            clicks = from;
            Course.started();
        } else if (waits) {
            waits = false;
            Course.started();
        }
        long until = Math.min(source.nextStop(position), position - position % WATERMARK_EVERY + WATERMARK_EVERY);
        while (position < until) {
            ReceivedClick click = from.next();
            long eventTimeMillis = click.click().eventTimeMillis();
            latestMillis = Math.max(latestMillis, eventTimeMillis);
            position++;
            output.collect(click, eventTimeMillis);
            if (!firstTaken) {
                firstTaken = true;
                Course.firstClickTaken();
            }
        }
        if (position % WATERMARK_EVERY == 0) {
            output.emitWatermark(new Watermark(latestMillis - BEHIND_MILLIS));
        }
        if (position == source.to()) {
            return InputStatus.END_OF_INPUT;
        }
        if (source.stops().contains(position)) {
            waits = true;
            Course.stoppedAt(position);
            return InputStatus.NOTHING_AVAILABLE;
        }
        return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return waits ? Course.letOn(position) : CompletableFuture.completedFuture(null);
    }

    @Override
    public List<FeedSplit> snapshotState(long checkpointId) {
        return List.of(new FeedSplit(position, latestMillis));
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() throws Exception {
        if (clicks != null) {
            clicks.close();
        }
    }
}

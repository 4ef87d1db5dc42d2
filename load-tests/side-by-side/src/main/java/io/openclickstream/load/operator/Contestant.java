package io.openclickstream.load.operator;

import io.openclickstream.pipeline.decide.session.SessionPolicy;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.operator.SessionizeOperator;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.session.UserKey;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** What stands between the feed and the sink. */
enum Contestant {
    /** Our operator, with the rules that the job has unless told otherwise. */
    CLICKSTREAM,
    /** Flink's session windows with counts only, of clicks that may have come twice. */
    SESSION_WINDOWS,
    /** Flink's session windows with every fact, and each click once. */
    WHOLE_SESSION_WINDOWS,
    /** Nothing: what the feed and the chain cost by themselves. */
    FRAME;

    static final Duration GAP = Duration.ofMinutes(30);
    static final Duration ALLOWED_LATENESS = Duration.ofMinutes(5);
    static final Duration DEDUPLICATION_HORIZON = Duration.ofHours(1);

    /** How it is called in tables. */
    String shownAs() {
        return switch (this) {
            case CLICKSTREAM -> "Open Clickstream";
            case SESSION_WINDOWS -> "session windows";
            case WHOLE_SESSION_WINDOWS -> "the same, whole";
            case FRAME -> "(frame)";
        };
    }

    /** How it is called in results. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Connects the operator. The feed is one subtask's and holds all keys, so the stream needs no shuffle to be keyed:
     * operator and sink are chained to the source, and one thread does it all.
     */
    void connect(DataStream<ReceivedClick> clicks) {
        switch (this) {
            case CLICKSTREAM -> connectOurs(clicks);
            case SESSION_WINDOWS -> SessionWindows.connect(clicks, GAP);
            case WHOLE_SESSION_WINDOWS -> WholeSessionWindows.connect(clicks, GAP, DEDUPLICATION_HORIZON);
            case FRAME ->
                clicks.sinkTo(new FinalSessionsSink<>(click -> null, null))
                        .uid("sink")
                        .name("sink");
        }
    }

    static SessionRules rules() {
        return new SessionRules(
                SessionPolicy.of(GAP), ALLOWED_LATENESS, DEDUPLICATION_HORIZON, SessionRules.USUAL_MAX_REMEMBERED_IDS);
    }

    private static void connectOurs(DataStream<ReceivedClick> clicks) {
        SingleOutputStreamOperator<ReceivedClick> accepted = DataStreamUtils.reinterpretAsKeyedStream(
                        clicks,
                        received -> new UserKey(
                                received.click().siteId(), received.click().userId()),
                        TypeInformation.of(UserKey.class))
                .transform("sessionize", WireType.RECEIVED_CLICK, new SessionizeOperator(rules(), false))
                .uid("sessionize");
        accepted.sinkTo(new DiscardingSink<>()).uid("accepted").name("accepted");
        accepted.getSideOutput(SessionizeOperator.SESSIONS)
                .sinkTo(new FinalSessionsSink<>(
                        change -> change.session().isFinal()
                                ? SessionColumns.counts(SessionColumns.of(change.session()))
                                : null,
                        change -> SessionColumns.of(change.session())))
                .uid("sink")
                .name("sink");
    }
}

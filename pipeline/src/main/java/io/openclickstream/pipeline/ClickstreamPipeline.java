package io.openclickstream.pipeline;

import static io.openclickstream.schemas.OperatorUid.CLICK_SOURCE;
import static io.openclickstream.schemas.OperatorUid.FINAL_SESSIONS;
import static io.openclickstream.schemas.OperatorUid.LEDGER;
import static io.openclickstream.schemas.OperatorUid.MERGE_PANES;
import static io.openclickstream.schemas.OperatorUid.ROUTE;
import static io.openclickstream.schemas.OperatorUid.SESSIONIZE;
import static io.openclickstream.schemas.OperatorUid.TALLY_CLICKS;
import static io.openclickstream.schemas.OperatorUid.TALLY_SESSIONS;

import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.operator.AppliedErasures;
import io.openclickstream.pipeline.operator.LedgerOperator;
import io.openclickstream.pipeline.operator.MergePanesOperator;
import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.pipeline.operator.RouteOperator;
import io.openclickstream.pipeline.operator.SessionizeOperator;
import io.openclickstream.pipeline.operator.TallyPanesOperator;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.pipeline.source.WireType;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PanePart;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.jspecify.annotations.Nullable;

/**
 * The whole topology on one page, from decoded records to what the sinks take.
 *
 * <pre>
 * records - route - sessionize --- clicks -------- lake
 *             |         |            '- tally ---.
 *             |         |- sessions - final ------+-- lake, and all of them live
 *             |         |            '- tally ---+- merge - lake (final) and live (all)
 *             |         |- late, filtered
 *             '- malformed, future '------------- lake (rejected)
 *             '- counts - ledger ---------------- lake and live
 * </pre>
 */
record ClickstreamPipeline(
        SessionRules sessionRules,
        MetricCatalog catalog,
        Duration earlyInterval,
        boolean showsOpenSessions,
        @Nullable PseudonymSettings pseudonyms,
        ErasureList erasures) {

    /** With user ids as they were sent, and of nobody is anything ever erased. */
    ClickstreamPipeline(
            SessionRules sessionRules, MetricCatalog catalog, Duration earlyInterval, boolean showsOpenSessions) {
        this(sessionRules, catalog, earlyInterval, showsOpenSessions, null, ErasureList.NONE);
    }

    ClickstreamResults connect(DataStream<SourceRecord> records) {
        SingleOutputStreamOperator<ReceivedClick> clicks =
                named(records.transform("", WireType.RECEIVED_CLICK, new RouteOperator(pseudonyms, erasures)), ROUTE);

        SingleOutputStreamOperator<ReceivedClick> accepted = named(
                clicks.keyBy(
                                received -> new UserKey(
                                        received.click().siteId(),
                                        received.click().stateUserId()),
                                TypeInformation.of(UserKey.class))
                        .transform(
                                "",
                                WireType.RECEIVED_CLICK,
                                new SessionizeOperator(sessionRules, showsOpenSessions, pseudonyms, erasures)),
                SESSIONIZE);
        DataStream<SessionChange> sessions = accepted.getSideOutput(SessionizeOperator.SESSIONS);
        DataStream<Rejected> rejected =
                clicks.getSideOutput(RouteOperator.REJECTED).union(accepted.getSideOutput(SessionizeOperator.REFUSED));

        DataStream<Session> finalSessions = finalOnes(sessions);
        SingleOutputStreamOperator<PaneResult> metrics = metrics(accepted, finalSessions);

        SingleOutputStreamOperator<LedgerEntry> ledger = named(
                clicks.getSideOutput(RouteOperator.COUNTED)
                        .union(accepted.getSideOutput(SessionizeOperator.COUNTED))
                        .keyBy(entry -> new PartitionKey(entry.topic(), entry.partition()))
                        .transform("", TypeInformation.of(LedgerEntry.class), new LedgerOperator()),
                LEDGER);

        return new ClickstreamResults(
                accepted,
                sessions,
                finalSessions,
                metrics,
                rejected,
                ledger,
                ledger.getSideOutput(LedgerOperator.TOTALS),
                clicks.getSideOutput(AppliedErasures.TOLD).union(accepted.getSideOutput(AppliedErasures.TOLD)),
                catalog);
    }

    /** The uid of the source, which stands outside of {@link #connect}. */
    static OperatorUid sourceUid() {
        return CLICK_SOURCE;
    }

    /** In two phases, so that a page everybody looks at keeps one subtask no busier than the others. */
    private SingleOutputStreamOperator<PaneResult> metrics(
            DataStream<ReceivedClick> clicks, DataStream<Session> finalSessions) {
        long intervalMillis = showsOpenSessions ? earlyInterval.toMillis() : TallyPanesOperator.NO_INTERVAL;
        TypeInformation<PanePart> part = TallyPanesOperator.PARTS;
        DataStream<PanePart> ofClicks =
                named(clicks.transform("", part, TallyPanesOperator.ofClicks(catalog, intervalMillis)), TALLY_CLICKS);
        DataStream<PanePart> ofSessions = named(
                finalSessions.transform("", part, TallyPanesOperator.ofSessions(catalog, intervalMillis)),
                TALLY_SESSIONS);
        var timing = new MergePanesOperator.Timing(
                earlyInterval.toMillis(), sessionRules.allowedLateness(), sessionRules.finalAfter());
        return named(
                ofClicks.union(ofSessions)
                        .keyBy(PanePart::bucket, TypeInformation.of(PaneBucket.class))
                        .transform(
                                "",
                                TypeInformation.of(PaneResult.class),
                                new MergePanesOperator(catalog, timing, showsOpenSessions)),
                MERGE_PANES);
    }

    private static DataStream<Session> finalOnes(DataStream<SessionChange> changes) {
        return named(
                changes.<Session>flatMap((change, out) -> {
                            if (change.session().isFinal()) {
                                out.collect(change.session());
                            }
                        })
                        .returns(Session.class),
                FINAL_SESSIONS);
    }

    static <T> SingleOutputStreamOperator<T> named(SingleOutputStreamOperator<T> operator, OperatorUid uid) {
        return operator.uid(uid.uid()).name(uid.uid());
    }
}

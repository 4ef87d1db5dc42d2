package io.openclickstream.pipeline;

import static io.openclickstream.schemas.OperatorUid.CLICK_SOURCE;
import static io.openclickstream.schemas.OperatorUid.FINAL_METRICS;
import static io.openclickstream.schemas.OperatorUid.FINAL_SESSIONS;
import static io.openclickstream.schemas.OperatorUid.LAKE_CLICKS;
import static io.openclickstream.schemas.OperatorUid.LAKE_LEDGER;
import static io.openclickstream.schemas.OperatorUid.LAKE_METRICS;
import static io.openclickstream.schemas.OperatorUid.LAKE_REJECTED;
import static io.openclickstream.schemas.OperatorUid.LAKE_SESSIONS;
import static io.openclickstream.schemas.OperatorUid.LEDGER;
import static io.openclickstream.schemas.OperatorUid.LIVE_LEDGER;
import static io.openclickstream.schemas.OperatorUid.LIVE_PAGE_METRICS;
import static io.openclickstream.schemas.OperatorUid.LIVE_SESSIONS;
import static io.openclickstream.schemas.OperatorUid.PAGE_METRICS;
import static io.openclickstream.schemas.OperatorUid.ROUTE;
import static io.openclickstream.schemas.OperatorUid.SESSIONIZE;

import io.openclickstream.pipeline.decide.metric.PageMetricRules;
import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.operator.LedgerOperator;
import io.openclickstream.pipeline.operator.PageMetricFunction;
import io.openclickstream.pipeline.operator.RouteOperator;
import io.openclickstream.pipeline.operator.SessionizeFunction;
import io.openclickstream.pipeline.operator.SessionizeOperator;
import io.openclickstream.pipeline.sink.lake.LakeDataset;
import io.openclickstream.pipeline.sink.lake.LakeSink;
import io.openclickstream.pipeline.sink.live.LivePushOperator;
import io.openclickstream.pipeline.sink.live.LiveRows;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.OperatorUid;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import io.openclickstream.schemas.metric.PageMetric;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import io.openclickstream.schemas.session.UserKey;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * The whole topology on one page, from decoded records to both sinks.
 *
 * <pre>
 * records - route - sessionize - page metrics --- lake and live
 *             |         |- sessions ------------- lake (final) and live (all)
 *             |         |- late, filtered
 *             '- malformed, future '------------- lake (rejected)
 *             '- counts - ledger ---------------- lake (steps) and live (totals)
 * </pre>
 */
record ClickstreamPipeline(
        SessionRules sessionRules, PageMetricRules metricRules, String lakeUri, LivePushOperator.Settings live) {

    void connect(DataStream<SourceRecord> records) {
        SingleOutputStreamOperator<ReceivedClick> clicks =
                named(records.transform("", TypeInformation.of(ReceivedClick.class), new RouteOperator()), ROUTE);

        SingleOutputStreamOperator<ReceivedClick> accepted = named(
                clicks.keyBy(
                                received -> new UserKey(
                                        received.click().siteId(),
                                        received.click().userId()),
                                TypeInformation.of(UserKey.class))
                        .transform("", TypeInformation.of(ReceivedClick.class), new SessionizeOperator(sessionRules)),
                SESSIONIZE);
        DataStream<SessionChange> sessions = accepted.getSideOutput(SessionizeFunction.SESSIONS);
        DataStream<Rejected> rejected =
                clicks.getSideOutput(RouteOperator.REJECTED).union(accepted.getSideOutput(SessionizeFunction.REFUSED));

        SingleOutputStreamOperator<PageMetric> metrics = named(
                accepted.keyBy(received -> PageMetricRules.key(received.click()))
                        .process(new PageMetricFunction(
                                metricRules, live.flushInterval().toMillis())),
                PAGE_METRICS);

        SingleOutputStreamOperator<LedgerEntry> ledger = named(
                clicks.getSideOutput(RouteOperator.COUNTED)
                        .union(accepted.getSideOutput(SessionizeFunction.COUNTED))
                        .keyBy(entry -> new PartitionKey(entry.topic(), entry.partition()))
                        .transform("", TypeInformation.of(LedgerEntry.class), new LedgerOperator()),
                LEDGER);

        store(accepted, LakeDataset.clicks(), LAKE_CLICKS);
        store(finalOnes(sessions), LakeDataset.sessions(), LAKE_SESSIONS);
        store(named(metrics.filter(PageMetric::isFinal), FINAL_METRICS), LakeDataset.metrics(), LAKE_METRICS);
        store(rejected, LakeDataset.rejected(), LAKE_REJECTED);
        store(ledger, LakeDataset.ledger(), LAKE_LEDGER);
        push(sessions, LiveRows.sessions(), LIVE_SESSIONS);
        push(metrics, LiveRows.pageMetrics(), LIVE_PAGE_METRICS);
        push(ledger.getSideOutput(LedgerOperator.TOTALS), LiveRows.ledger(), LIVE_LEDGER);
    }

    /** The uid of the source, which stands outside of {@link #connect}. */
    static OperatorUid sourceUid() {
        return CLICK_SOURCE;
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

    private <T> void store(DataStream<T> rows, LakeDataset<T> dataset, OperatorUid uid) {
        rows.sinkTo(LakeSink.create(lakeUri, dataset)).uid(uid.uid()).name(uid.uid());
    }

    private <T> void push(DataStream<T> rows, LiveRows<T> columns, OperatorUid uid) {
        named(rows.transform("", Types.VOID, new LivePushOperator<>(live, columns)), uid);
    }

    private static <T> SingleOutputStreamOperator<T> named(SingleOutputStreamOperator<T> operator, OperatorUid uid) {
        return operator.uid(uid.uid()).name(uid.uid());
    }
}

package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.metric.PageMetricRules;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.metric.PageKey;
import io.openclickstream.schemas.metric.PageMetric;
import io.openclickstream.schemas.metric.PagePane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Keeps the panes of one page: sends those that changed early, at most once per interval, and each once more when it is
 * final. It sees accepted clicks only, behind the session operator, so none of them can come after its window is final.
 */
public final class PageMetricFunction extends KeyedProcessFunction<PageKey, ReceivedClick, PageMetric> {
    private static final long serialVersionUID = 1L;

    private final PageMetricRules rules;
    private final long earlyIntervalMillis;

    private transient MapState<Long, PagePane> panes;
    private transient MapState<Long, Boolean> unsent;
    private transient ValueState<Boolean> early;

    /**
     * @param earlyIntervalMillis processing time between early results of one page
     */
    @SuppressWarnings("NullAway.Init") // Flink calls open before the first click
    public PageMetricFunction(PageMetricRules rules, long earlyIntervalMillis) {
        this.rules = rules;
        this.earlyIntervalMillis = earlyIntervalMillis;
    }

    @Override
    public void open(OpenContext context) {
        panes = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("panes", Types.LONG, TypeInformation.of(PagePane.class)));
        unsent = getRuntimeContext().getMapState(new MapStateDescriptor<>("unsent", Types.LONG, Types.BOOLEAN));
        early = getRuntimeContext().getState(new ValueStateDescriptor<>("early-timer", Types.BOOLEAN));
    }

    @Override
    public void processElement(ReceivedClick received, Context context, Collector<PageMetric> out) throws Exception {
        long window = rules.windowStartMillis(received.click().eventTimeMillis());
        PagePane pane = panes.get(window);
        if (pane == null) {
            context.timerService().registerEventTimeTimer(rules.finalAtMillis(window));
        }
        panes.put(window, rules.add(pane, received.click(), received.source().ingestionTimeMillis()));
        unsent.put(window, true);
        if (early.value() == null) {
            early.update(true);
            long now = context.timerService().currentProcessingTime();
            context.timerService().registerProcessingTimeTimer(now + earlyIntervalMillis);
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<PageMetric> out) throws Exception {
        PageKey key = context.getCurrentKey();
        if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
            early.clear();
            for (Long window : unsent.keys()) {
                out.collect(rules.metric(key, window, panes.get(window), false));
            }
            unsent.clear();
            return;
        }
        List<Long> finished = new ArrayList<>(1);
        for (Map.Entry<Long, PagePane> pane : panes.entries()) {
            long finalAt = rules.finalAtMillis(pane.getKey());
            if (finalAt <= timestamp) {
                out.collect(rules.metric(key, pane.getKey(), pane.getValue(), true));
                finished.add(pane.getKey());
            } else {
                // A timer set under other options may have come too early; setting the same one again is harmless.
                context.timerService().registerEventTimeTimer(finalAt);
            }
        }
        for (Long window : finished) {
            panes.remove(window);
            unsent.remove(window);
        }
    }
}

package io.openclickstream.load.operator;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ReceivedClick;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * What our operator does with Flink's own windows, as far as they can: each event id once, and of a session every fact
 * but its stable id.
 */
final class WholeSessionWindows {
    private static final TypeInformation<Tuple2<String, String>> USER = Types.TUPLE(Types.STRING, Types.STRING);
    private static final TypeInformation<Tuple3<String, String, String>> EVENT =
            Types.TUPLE(Types.STRING, Types.STRING, Types.STRING);

    private WholeSessionWindows() {}

    static void connect(DataStream<ReceivedClick> clicks, Duration gap, Duration remembered) {
        DataStream<ReceivedClick> once = DataStreamUtils.reinterpretAsKeyedStream(
                        clicks,
                        received -> Tuple3.of(
                                received.click().siteId(),
                                received.click().userId(),
                                received.click().eventId()),
                        EVENT)
                .filter(new Once(remembered))
                .uid("once")
                .name("once");
        DataStreamUtils.reinterpretAsKeyedStream(
                        once,
                        received -> Tuple2.of(
                                received.click().siteId(), received.click().userId()),
                        USER)
                .window(EventTimeSessionWindows.withGap(gap))
                .aggregate(new Sum(), new Out())
                .uid("whole-session-windows")
                .name("whole-session-windows")
                .sinkTo(new FinalSessionsSink<>(SessionColumns::counts, columns -> columns))
                .uid("sink")
                .name("sink");
    }

    /** Lets each event id pass the first time; Flink forgets state by processing time. */
    private static final class Once extends RichFilterFunction<ReceivedClick> {
        private static final long serialVersionUID = 1L;
        private final Duration remembered;
        private transient ValueState<Boolean> seen;

        @SuppressWarnings("NullAway.Init") // Flink calls open before the first click
        Once(Duration remembered) {
            this.remembered = remembered;
        }

        @Override
        public void open(OpenContext context) {
            var state = new ValueStateDescriptor<>("seen", Types.BOOLEAN);
            state.enableTimeToLive(StateTtlConfig.newBuilder(remembered).build());
            seen = getRuntimeContext().getState(state);
        }

        @Override
        public boolean filter(ReceivedClick received) throws Exception {
            if (seen.value() != null) {
                return false;
            }
            seen.update(true);
            return true;
        }
    }

    /** What is known of a session; Flink writes it as a POJO. */
    public static final class Facts {
        public long start = Long.MAX_VALUE;
        public long end = Long.MIN_VALUE;
        public long clicks;
        public long pages;
        public long orders;
        public String entryEventId = "";
        public @Nullable String entryPage;
        public @Nullable String referrer;
        public @Nullable String utmSource;
        public @Nullable String utmMedium;
        public @Nullable String utmCampaign;
        public @Nullable String country;
        public @Nullable String device;
        public String exitEventId = "";
        public @Nullable String exitPage;
        public Map<String, BigDecimal> revenue = new HashMap<>();

        private boolean entersBefore(long eventTimeMillis, String eventId) {
            return start < eventTimeMillis || (start == eventTimeMillis && entryEventId.compareTo(eventId) <= 0);
        }

        private boolean exitsAfter(long eventTimeMillis, String eventId) {
            return end > eventTimeMillis || (end == eventTimeMillis && exitEventId.compareTo(eventId) >= 0);
        }
    }

    private static final class Sum implements AggregateFunction<ReceivedClick, Facts, Facts> {
        private static final long serialVersionUID = 1L;

        @Override
        public Facts createAccumulator() {
            return new Facts();
        }

        @Override
        public Facts add(ReceivedClick received, Facts facts) {
            Click click = received.click();
            facts.clicks++;
            facts.pages += click.eventType().equals("page_view") ? 1 : 0;
            facts.orders += click.eventType().equals("purchase") ? 1 : 0;
            if (!facts.entersBefore(click.eventTimeMillis(), click.eventId())) {
                facts.start = click.eventTimeMillis();
                facts.entryEventId = click.eventId();
                facts.entryPage = click.page();
                facts.referrer = click.referrer();
                facts.utmSource = click.utmSource();
                facts.utmMedium = click.utmMedium();
                facts.utmCampaign = click.utmCampaign();
                facts.country = click.country();
                facts.device = click.device();
            }
            if (!facts.exitsAfter(click.eventTimeMillis(), click.eventId())) {
                facts.end = click.eventTimeMillis();
                facts.exitEventId = click.eventId();
                facts.exitPage = click.page();
            }
            BigDecimal amount = click.amount();
            String currency = click.currency();
            if (amount != null && currency != null) {
                facts.revenue.merge(currency, amount, BigDecimal::add);
            }
            return facts;
        }

        @Override
        public Facts getResult(Facts facts) {
            return facts;
        }

        @Override
        public Facts merge(Facts a, Facts b) {
            Facts merged = a.entersBefore(b.start, b.entryEventId) ? a : b;
            Facts other = merged == a ? b : a;
            merged.clicks += other.clicks;
            merged.pages += other.pages;
            merged.orders += other.orders;
            if (!merged.exitsAfter(other.end, other.exitEventId)) {
                merged.end = other.end;
                merged.exitEventId = other.exitEventId;
                merged.exitPage = other.exitPage;
            }
            other.revenue.forEach((currency, amount) -> merged.revenue.merge(currency, amount, BigDecimal::add));
            return merged;
        }
    }

    private static final class Out extends ProcessWindowFunction<Facts, Object[], Tuple2<String, String>, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Tuple2<String, String> user, Context context, Iterable<Facts> all, Collector<Object[]> out) {
            Facts facts = all.iterator().next();
            out.collect(new Object[] {
                user.f0,
                user.f1,
                facts.start,
                facts.end,
                facts.clicks,
                facts.pages,
                facts.orders,
                facts.entryPage,
                facts.exitPage,
                facts.referrer,
                facts.utmSource,
                facts.utmMedium,
                facts.utmCampaign,
                facts.country,
                facts.device,
                SessionColumns.revenue(new TreeMap<>(facts.revenue).entrySet().stream())
            });
        }
    }
}

package io.openclickstream.load.operator;

import io.openclickstream.schemas.click.ReceivedClick;
import java.time.Duration;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Sessions by Flink's own windows, as their user would write it. */
final class SessionWindows {
    private static final TypeInformation<Tuple2<String, String>> USER = Types.TUPLE(Types.STRING, Types.STRING);

    private SessionWindows() {}

    /** What a session adds up. */
    public static final class Sums {
        public long start = Long.MAX_VALUE;
        public long end = Long.MIN_VALUE;
        public long clicks;
        public long pages;
        public long orders;
    }

    static void connect(DataStream<ReceivedClick> clicks, Duration gap) {
        DataStreamUtils.reinterpretAsKeyedStream(
                        clicks,
                        received -> Tuple2.of(
                                received.click().siteId(), received.click().userId()),
                        USER)
                .window(EventTimeSessionWindows.withGap(gap))
                .aggregate(new Sum(), new Out())
                .uid("session-windows")
                .name("session-windows")
                .sinkTo(new FinalSessionsSink<>(values -> values, null))
                .uid("sink")
                .name("sink");
    }

    private static final class Sum implements AggregateFunction<ReceivedClick, Sums, Sums> {
        private static final long serialVersionUID = 1L;

        @Override
        public Sums createAccumulator() {
            return new Sums();
        }

        @Override
        public Sums add(ReceivedClick received, Sums sums) {
            long eventTimeMillis = received.click().eventTimeMillis();
            String type = received.click().eventType();
            sums.start = Math.min(sums.start, eventTimeMillis);
            sums.end = Math.max(sums.end, eventTimeMillis);
            sums.clicks++;
            sums.pages += type.equals("page_view") ? 1 : 0;
            sums.orders += type.equals("purchase") ? 1 : 0;
            return sums;
        }

        @Override
        public Sums getResult(Sums sums) {
            return sums;
        }

        @Override
        public Sums merge(Sums a, Sums b) {
            a.start = Math.min(a.start, b.start);
            a.end = Math.max(a.end, b.end);
            a.clicks += b.clicks;
            a.pages += b.pages;
            a.orders += b.orders;
            return a;
        }
    }

    private static final class Out extends ProcessWindowFunction<Sums, Object[], Tuple2<String, String>, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Tuple2<String, String> user, Context context, Iterable<Sums> sums, Collector<Object[]> out) {
            Sums sum = sums.iterator().next();
            out.collect(new Object[] {user.f0, user.f1, sum.start, sum.end, sum.clicks, sum.pages, sum.orders});
        }
    }
}

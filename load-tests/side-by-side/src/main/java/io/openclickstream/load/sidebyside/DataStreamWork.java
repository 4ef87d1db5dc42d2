package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openclickstream.load.sidebyside.Job.Topic;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.formats.avro.AvroDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** The work with the DataStream API's own windows and an object per click, read by Jackson or Avro, as most tutorials write it. */
final class DataStreamWork {
    private static final Conversions.DecimalConversion MONEY = new Conversions.DecimalConversion();
    private static final Schema MONEY_SCHEMA =
            ClickAvro.SCHEMA.getField("amount").schema().getTypes().get(1);

    private DataStreamWork() {}

    /** One click with the fields that the work needs. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @SuppressWarnings("NullAway.Init") // Jackson and Flink fill the fields
    public static final class ClickPojo {
        @JsonProperty("site_id")
        public String siteId;

        @JsonProperty("user_id")
        public String userId;

        @JsonProperty("event_time")
        public long eventTime;

        @JsonProperty("event_type")
        public @Nullable String eventType;

        @JsonProperty("url")
        public String url;

        @JsonProperty("country")
        public String country;

        @JsonProperty("device")
        public String device;

        @JsonProperty("amount")
        public @Nullable BigDecimal amount;

        @JsonProperty("currency")
        public @Nullable String currency;
    }

    /** What a session adds up. */
    public static final class SessionSums {
        public long start = Long.MAX_VALUE;
        public long end = Long.MIN_VALUE;
        public long clicks;
        public long pages;
        public long orders;
    }

    /** What a URL adds up. */
    public static final class UrlSums {
        public long clicks;
        public Set<String> users = new HashSet<>();
    }

    /** What a country and device add up. */
    public static final class RevenueSums {
        public long clicks;
        public @Nullable BigDecimal revenue;
    }

    static void run(StreamExecutionEnvironment env, Topic topic) throws Exception {
        env.getConfig().enableObjectReuse();
        KafkaSource<ClickPojo> source = KafkaSource.<ClickPojo>builder()
                .setBootstrapServers(topic.servers())
                .setTopics(topic.name())
                .setGroupId("datastream")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setBounded(OffsetsInitializer.latest())
                .setValueOnlyDeserializer(topic.isAvro() ? new AvroClicks() : new JacksonClicks())
                .build();
        DataStream<ClickPojo> clicks = env.fromSource(
                source,
                WatermarkStrategy.<ClickPojo>forBoundedOutOfOrderness(Duration.ofSeconds(10))
                        .withTimestampAssigner((click, timestamp) -> click.eventTime),
                "clicks");
        clicks.keyBy(new UserOf())
                .window(EventTimeSessionWindows.withGap(Duration.ofMinutes(30)))
                .aggregate(new SumSession(), new SessionOut())
                .sinkTo(new DigestSink<>("sessions", values -> values));
        clicks.keyBy(new UrlOf())
                .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
                .aggregate(new SumUrl(), new UrlOut())
                .sinkTo(new DigestSink<>("urls", values -> values));
        clicks.keyBy(new PlaceOf())
                .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
                .aggregate(new SumRevenue(), new RevenueOut())
                .sinkTo(new DigestSink<>("country_device", values -> values));
        env.execute("datastream");
    }

    private static final class JacksonClicks extends AbstractDeserializationSchema<ClickPojo> {
        private static final long serialVersionUID = 1L;
        private transient ObjectMapper json;

        @SuppressWarnings("NullAway.Init") // open comes first
        JacksonClicks() {
            super(ClickPojo.class);
        }

        @Override
        public void open(InitializationContext context) {
            json = new ObjectMapper();
        }

        @Override
        public ClickPojo deserialize(byte[] message) throws IOException {
            return json.readValue(message, ClickPojo.class);
        }
    }

    /** Avro's own record, taken over into the object, as flink-avro's documentation has it. */
    private static final class AvroClicks extends AbstractDeserializationSchema<ClickPojo> {
        private static final long serialVersionUID = 1L;
        private final AvroDeserializationSchema<GenericRecord> avro =
                AvroDeserializationSchema.forGeneric(ClickAvro.SCHEMA);

        AvroClicks() {
            super(ClickPojo.class);
        }

        @Override
        public void open(InitializationContext context) throws Exception {
            avro.open(context);
        }

        @Override
        public ClickPojo deserialize(byte[] message) throws IOException {
            GenericRecord record = avro.deserialize(message);
            ClickPojo click = new ClickPojo();
            click.siteId = record.get("site_id").toString();
            click.userId = record.get("user_id").toString();
            click.eventTime = (long) record.get("event_time");
            click.eventType = text(record.get("event_type"));
            click.url = record.get("url").toString();
            click.country = record.get("country").toString();
            click.device = record.get("device").toString();
            ByteBuffer amount = (ByteBuffer) record.get("amount");
            click.amount = amount == null ? null : MONEY.fromBytes(amount, MONEY_SCHEMA, MONEY_SCHEMA.getLogicalType());
            click.currency = text(record.get("currency"));
            return click;
        }

        private static @Nullable String text(@Nullable Object text) {
            return text == null ? null : text.toString();
        }
    }

    private static final class UserOf
            implements org.apache.flink.api.java.functions.KeySelector<ClickPojo, Tuple2<String, String>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<String, String> getKey(ClickPojo click) {
            return Tuple2.of(click.siteId, click.userId);
        }
    }

    private static final class UrlOf
            implements org.apache.flink.api.java.functions.KeySelector<ClickPojo, Tuple2<String, String>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<String, String> getKey(ClickPojo click) {
            return Tuple2.of(click.siteId, click.url);
        }
    }

    private static final class PlaceOf
            implements org.apache.flink.api.java.functions.KeySelector<ClickPojo, Tuple3<String, String, String>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple3<String, String, String> getKey(ClickPojo click) {
            return Tuple3.of(click.siteId, click.country, click.device);
        }
    }

    private static final class SumSession implements AggregateFunction<ClickPojo, SessionSums, SessionSums> {
        private static final long serialVersionUID = 1L;

        @Override
        public SessionSums createAccumulator() {
            return new SessionSums();
        }

        @Override
        public SessionSums add(ClickPojo click, SessionSums sums) {
            sums.start = Math.min(sums.start, click.eventTime);
            sums.end = Math.max(sums.end, click.eventTime);
            sums.clicks++;
            sums.pages += click.eventType == null || click.eventType.equals("page_view") ? 1 : 0;
            sums.orders += "purchase".equals(click.eventType) ? 1 : 0;
            return sums;
        }

        @Override
        public SessionSums getResult(SessionSums sums) {
            return sums;
        }

        @Override
        public SessionSums merge(SessionSums a, SessionSums b) {
            a.start = Math.min(a.start, b.start);
            a.end = Math.max(a.end, b.end);
            a.clicks += b.clicks;
            a.pages += b.pages;
            a.orders += b.orders;
            return a;
        }
    }

    private static final class SumUrl implements AggregateFunction<ClickPojo, UrlSums, UrlSums> {
        private static final long serialVersionUID = 1L;

        @Override
        public UrlSums createAccumulator() {
            return new UrlSums();
        }

        @Override
        public UrlSums add(ClickPojo click, UrlSums sums) {
            sums.clicks++;
            sums.users.add(click.userId);
            return sums;
        }

        @Override
        public UrlSums getResult(UrlSums sums) {
            return sums;
        }

        @Override
        public UrlSums merge(UrlSums a, UrlSums b) {
            a.clicks += b.clicks;
            a.users.addAll(b.users);
            return a;
        }
    }

    private static final class SumRevenue implements AggregateFunction<ClickPojo, RevenueSums, RevenueSums> {
        private static final long serialVersionUID = 1L;

        @Override
        public RevenueSums createAccumulator() {
            return new RevenueSums();
        }

        @Override
        public RevenueSums add(ClickPojo click, RevenueSums sums) {
            sums.clicks++;
            if (click.amount != null && "EUR".equals(click.currency)) {
                sums.revenue = sums.revenue == null ? click.amount : sums.revenue.add(click.amount);
            }
            return sums;
        }

        @Override
        public RevenueSums getResult(RevenueSums sums) {
            return sums;
        }

        @Override
        public RevenueSums merge(RevenueSums a, RevenueSums b) {
            a.clicks += b.clicks;
            a.revenue = a.revenue == null ? b.revenue : b.revenue == null ? a.revenue : a.revenue.add(b.revenue);
            return a;
        }
    }

    private static final class SessionOut
            extends ProcessWindowFunction<SessionSums, Object[], Tuple2<String, String>, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Tuple2<String, String> user, Context context, Iterable<SessionSums> sums, Collector<Object[]> out) {
            SessionSums sum = sums.iterator().next();
            out.collect(new Object[] {user.f0, user.f1, sum.start, sum.end, sum.clicks, sum.pages, sum.orders});
        }
    }

    private static final class UrlOut
            extends ProcessWindowFunction<UrlSums, Object[], Tuple2<String, String>, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Tuple2<String, String> url, Context context, Iterable<UrlSums> sums, Collector<Object[]> out) {
            UrlSums sum = sums.iterator().next();
            long window = context.window().getStart();
            out.collect(new Object[] {url.f0, url.f1, window, sum.clicks, (long) sum.users.size()});
        }
    }

    private static final class RevenueOut
            extends ProcessWindowFunction<RevenueSums, Object[], Tuple3<String, String, String>, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Tuple3<String, String, String> place,
                Context context,
                Iterable<RevenueSums> sums,
                Collector<Object[]> out) {
            RevenueSums sum = sums.iterator().next();
            long window = context.window().getStart();
            out.collect(new Object[] {
                place.f0,
                place.f1,
                place.f2,
                window,
                sum.clicks,
                sum.revenue == null ? null : sum.revenue.setScale(9).toPlainString()
            });
        }
    }
}

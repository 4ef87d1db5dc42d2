package io.openclickstream.pipeline.release;

import io.openclickstream.schemas.RegisteredState;
import io.openclickstream.schemas.lake.LakeColumn;
import io.openclickstream.schemas.lake.LakeContent;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.lake.LakeProgress;
import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.ledger.PartitionKey;
import io.openclickstream.schemas.live.LivePrepared;
import io.openclickstream.schemas.metric.MetricDefinition;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneBucket;
import io.openclickstream.schemas.metric.PaneWriter;
import io.openclickstream.schemas.session.CloseReason;
import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.Exit;
import io.openclickstream.schemas.session.FirstReceived;
import io.openclickstream.schemas.session.Money;
import io.openclickstream.schemas.session.OpenSession;
import io.openclickstream.schemas.session.SessionTimeline;
import io.openclickstream.schemas.session.UserKey;
import io.openclickstream.schemas.session.UserTimeline;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the next release writes into its {@code golden.tsv}: for each state entries that use every form there is. What a
 * state learns to hold is added here; released files stay as they are.
 */
final class GoldenEntries {
    private static final long MOMENT = 1_700_000_000_000L;

    /** An event id that takes half as many bytes. */
    static final String DIGITS = "5e0b1f7c2d3a49688796a5b4c3d2e1f0";

    private GoldenEntries() {}

    static List<Object> keys(RegisteredState state) {
        return switch (state) {
            case TIMELINE, SEEN_EVENT_IDS -> List.of(new UserKey("shop", "ada"), new UserKey("", "Zoë \uD83D\uDE42"));
            case LEDGER_STEP, LEDGER_TOTAL -> List.of(new PartitionKey("clicks", 0), new PartitionKey("clicks", 517));
            case PANES ->
                List.of(
                        PaneBucket.of("page_metrics", MOMENT, "[\"shop\",\"/home\"]"),
                        PaneBucket.of("revenue", -60_000, "[]"));
            case WATERMARK,
                    PSEUDONYM_KEYS,
                    ERASURES_APPLIED,
                    TIMERS_LEFT_OUT,
                    METRIC_DEFINITIONS,
                    LIVE_SESSIONS_LINEAGE,
                    LIVE_METRICS_LINEAGE,
                    LIVE_LEDGER_LINEAGE,
                    LIVE_PREPARED,
                    LAKE_CLICKS_LINEAGE,
                    LAKE_SESSIONS_LINEAGE,
                    LAKE_METRICS_LINEAGE,
                    LAKE_REJECTED_LINEAGE,
                    LAKE_LEDGER_LINEAGE,
                    LAKE_COMMIT_LINEAGE,
                    LAKE_PREPARED -> List.of();
        };
    }

    static List<Object> values(RegisteredState state) {
        return switch (state) {
            case TIMELINE -> List.of(new UserTimeline(), packed(), unsettled());
            case SEEN_EVENT_IDS -> List.of(Map.of("0", MOMENT), Map.of("a1b2", -1L));
            case WATERMARK -> List.of(MOMENT, Long.MIN_VALUE);
            case PSEUDONYM_KEYS -> List.of("grouping 0011223344556677", "key 2026-12 1700000000000 8899aabbccddeeff");
            case ERASURES_APPLIED -> List.of(0L, 7L);
            case TIMERS_LEFT_OUT -> List.of(true, false);
            case LEDGER_STEP, LEDGER_TOTAL ->
                List.of(
                        new LedgerEntry("clicks", 3, 7, 100, 128, 28, 15, 6, 1, 2, 3, 1, MOMENT, MOMENT - 5, true),
                        new LedgerEntry("clicks", 0, 1, LedgerEntry.NO_OFFSET, 0, 0, 0, 0, 0, 0, 0, 0, 0));
            case PANES -> List.of(Map.of("[\"shop\",\"/home\"]", pane()), Map.of("[]", new Pane(new byte[0], MOMENT)));
            case METRIC_DEFINITIONS ->
                List.of(new MetricDefinition("clicks_1m", "SELECT COUNT(*) AS clicks FROM clicks"));
            case LIVE_SESSIONS_LINEAGE,
                    LIVE_METRICS_LINEAGE,
                    LIVE_LEDGER_LINEAGE,
                    LAKE_CLICKS_LINEAGE,
                    LAKE_SESSIONS_LINEAGE,
                    LAKE_METRICS_LINEAGE,
                    LAKE_REJECTED_LINEAGE,
                    LAKE_LEDGER_LINEAGE,
                    LAKE_COMMIT_LINEAGE -> List.of("00000000-0000-0001-0000-000000000002");
            case LAKE_PREPARED ->
                List.of(
                        lake(9, true, new LakeContent(List.of(), List.of())),
                        LakePrepared.ofErasures(7, 8, "sessionize", 0, 2, false),
                        lake(
                                7,
                                false,
                                new LakeContent(
                                        List.of(new LakeFile(
                                                "clicks",
                                                "s3://clicks/lake/clicks/file.parquet",
                                                472_222,
                                                3,
                                                1_234,
                                                List.of(
                                                        new LakeColumn(1, 99, 3, 0, new byte[] {1}, new byte[] {2, 3}),
                                                        new LakeColumn(27, 9, 3, 3, null, null)),
                                                new byte[] {4, 5},
                                                1)),
                                        List.of(new LakeProgress("clicks", 3, 128, MOMENT)))));
            case LIVE_PREPARED ->
                List.of(
                        new LivePrepared(
                                "00000000-0000-0001-0000-000000000002",
                                9,
                                "live-metrics",
                                1,
                                2,
                                11,
                                7,
                                "page_metrics",
                                40,
                                123_456_789_012L,
                                -1,
                                true),
                        new LivePrepared(
                                "00000000-0000-0001-0000-000000000002",
                                1,
                                "live-ledger",
                                0,
                                1,
                                1,
                                1,
                                "ledger",
                                0,
                                0,
                                0,
                                false));
        };
    }

    private static LakePrepared lake(long epoch, boolean isEnded, LakeContent content) {
        return new LakePrepared(
                "00000000-0000-0001-0000-000000000002", epoch, "lake-clicks", 1, 2, isEnded, content.toBytes());
    }

    /** Two sessions that nothing but their latest click can change, and event ids. */
    private static UserTimeline packed() {
        UserTimeline timeline = timeline();
        timeline.replaceSessions(new SessionTimeline(
                List.of(
                        session("e1", MOMENT, CloseReason.GAP),
                        session("3f1e0f6a-7c1d-4a52-9a0b-0123456789ab", MOMENT + 7_200_000, null),
                        session(DIGITS, MOMENT + 14_400_000, null)),
                List.of()));
        return timeline;
    }

    /** A session for every reason to end, and clicks that wait. */
    private static UserTimeline unsettled() {
        UserTimeline timeline = timeline();
        List<OpenSession> open = new ArrayList<>();
        for (CloseReason reason : CloseReason.values()) {
            open.add(session("s-" + reason, MOMENT + 10_000_000L * open.size(), reason));
        }
        var plain = new OpenSession(
                new FirstReceived(MOMENT, 0, 0, "w"),
                MOMENT - 1,
                MOMENT - 1,
                1,
                0,
                0,
                List.of(),
                new Entry("w", null, null, null, null, null, null, null),
                new Exit("w", null),
                MOMENT,
                null,
                null,
                null);
        timeline.replaceSessions(new SessionTimeline(open, List.of(plain)));
        return timeline;
    }

    private static UserTimeline timeline() {
        UserTimeline timeline = new UserTimeline();
        timeline.revise();
        timeline.revise();
        timeline.timerMillis(MOMENT + 1_800_000);
        timeline.idsElsewhere(300);
        timeline.seenIds().add(0x0123_4567_89AB_CDEFL, 42, MOMENT);
        timeline.seenIds().add(-1, -1, MOMENT - 3_600_000);
        return timeline;
    }

    private static OpenSession session(String id, long start, CloseReason reason) {
        return new OpenSession(
                new FirstReceived(start + 900, 2, 4_000_000_000L, id),
                start,
                start + 61_000,
                5,
                3,
                1,
                List.of(
                        new Money("EUR", new BigDecimal("12.500000000")),
                        new Money("USD", new BigDecimal("-98765432109876543210.000000001"))),
                new Entry("entry-" + id, "/home", "https://search.example/", "mail", "news", "spring", "DE", "mobile"),
                new Exit("exit-" + id, "/größe"),
                start + 62_000,
                "mail/news/spring",
                "account-7",
                reason);
    }

    /** A measure of every form. */
    private static Pane pane() {
        PaneWriter writer = new PaneWriter();
        writer.nothing();
        writer.count(300);
        writer.whole(2, -77);
        writer.exact(2, new BigDecimal("12345678901234567890.123456789"));
        writer.exact(1, new BigDecimal("-0.50"));
        writer.real(4, 0.25);
        writer.text(1, "größe \uD83D\uDE42");
        writer.hashes(Long.MAX_VALUE, new long[] {5, 1L << 40}, 2);
        writer.bins(3, new byte[] {1, 2, 3});
        return new Pane(writer.block(), MOMENT);
    }
}

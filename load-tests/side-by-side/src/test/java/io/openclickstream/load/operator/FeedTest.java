package io.openclickstream.load.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.schemas.click.ReceivedClick;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedTest {
    private static final SteadySessions SESSIONS = new SteadySessions(1_000);

    @Test
    void recordedClicksAreThoseThatOurSourceHandsOn(@TempDir Path folder) throws Exception {
        RecordedClicks feed = RecordedClicks.write(folder.resolve("clicks"), 1, 100, 500);
        List<ReceivedClick> decoded = DecodedClicks.of(1, 100).limit(500).toList();
        List<ReceivedClick> recorded = read(feed, 0, 500);
        assertThat(recorded)
                .extracting(ReceivedClick::click)
                .isEqualTo(decoded.stream().map(ReceivedClick::click).toList());
        assertThat(recorded)
                .extracting(ReceivedClick::source)
                .isEqualTo(decoded.stream().map(ReceivedClick::source).toList());
        assertThat(read(feed, 400, 100))
                .extracting(ReceivedClick::click)
                .isEqualTo(decoded.subList(400, 500).stream()
                        .map(ReceivedClick::click)
                        .toList());
    }

    @Test
    void aFeedBegunLaterIsTheTailOfTheWhole() throws Exception {
        List<ReceivedClick> tail = read(SESSIONS, 3_000, 200);
        List<ReceivedClick> whole = read(SESSIONS, 0, 3_200);
        assertThat(tail)
                .extracting(ReceivedClick::click)
                .isEqualTo(whole.subList(3_000, 3_200).stream()
                        .map(ReceivedClick::click)
                        .toList());
    }

    @Test
    void everyUserClicksFourTimesWithinTheGapAndNoIdComesTwice() throws Exception {
        long clicks = SESSIONS.clicksToSettle();
        Map<String, List<Long>> times = new HashMap<>();
        Set<String> ids = new HashSet<>();
        long latest = Long.MIN_VALUE;
        for (ReceivedClick received : read(SESSIONS, 0, clicks)) {
            long time = received.click().eventTimeMillis();
            latest = Math.max(latest, time);
            assertThat(latest - time).isLessThan(FeedReader.BEHIND_MILLIS);
            assertThat(ids.add(received.click().eventId())).isTrue();
            times.computeIfAbsent(received.click().userId(), user -> new ArrayList<>())
                    .add(time);
        }
        assertThat(times.values().stream()
                        .filter(each -> each.size() == SteadySessions.CLICKS)
                        .count())
                .isGreaterThan(clicks / SteadySessions.CLICKS - 1_000);
        times.forEach((user, each) -> {
            for (int i = 1; i < each.size(); i++) {
                assertThat(Math.abs(each.get(i) - each.get(i - 1))).isBetween(1L, Contestant.GAP.toMillis());
            }
        });
    }

    @Test
    void aboutAsManySessionsAreOpenAsWanted() {
        long openMillis = Contestant.GAP.plus(Contestant.ALLOWED_LATENESS).toMillis();
        for (long clicks : new long[] {SESSIONS.clicksToSettle(), 2 * SESSIONS.clicksToSettle()}) {
            var expected = SESSIONS.expectedBehind(clicks, openMillis);
            // The watermark follows only every 1,000 clicks.
            assertThat(expected.openSessions()).isBetween(950L, 1_300L);
            assertThat(expected.finals().rows() + expected.openSessions())
                    .isEqualTo(clicks / SteadySessions.CLICKS + 3 * SESSIONS.open() / 10);
        }
    }

    private static List<ReceivedClick> read(Feed feed, long from, long count) throws IOException {
        List<ReceivedClick> clicks = new ArrayList<>();
        try (Feed.Clicks reading = feed.openAt(from)) {
            for (long i = 0; i < count; i++) {
                clicks.add(reading.next());
            }
        }
        return clicks;
    }
}

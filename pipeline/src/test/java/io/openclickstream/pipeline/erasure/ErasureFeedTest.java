package io.openclickstream.pipeline.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclickstream.lake.PersonHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureFeedTest {
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path lake;

    @Test
    void knowsTheListWhenItIsOpenedAndLearnsWhatIsAdded() throws Exception {
        var erasures = new TestErasures(lake);
        erasures.add("shop", "ada");
        try (ErasureFeed feed = erasures.feed(OFTEN)) {
            assertThat(feed.known().number()).isEqualTo(1);
            assertThat(knows(feed, "ada")).isTrue();
            assertThat(knows(feed, "ben")).isFalse();
            erasures.add("shop", "ben");
            erasures.add("shop", "cid");
            await().atMost(PATIENCE).until(() -> feed.known().number() == 3);
            assertThat(knows(feed, "ada") && knows(feed, "ben") && knows(feed, "cid"))
                    .isTrue();
        }
    }

    @Test
    void followersOfOneListShareWhatIsReadUntilTheLastOneGoes() throws Exception {
        var erasures = new TestErasures(lake);
        ErasureFeed first = erasures.feed(OFTEN);
        try (ErasureFeed second = erasures.feed(OFTEN)) {
            first.close();
            first.close(); // once more changes nothing
            erasures.add("shop", "ada");
            await().atMost(PATIENCE).until(() -> knows(second, "ada"));
            assertThat(first.known()).isSameAs(second.known());
        }
        erasures.add("shop", "ben");
        try (ErasureFeed third = erasures.feed(OFTEN)) {
            assertThat(knows(third, "ben")).as("read anew").isTrue();
        }
        assertThat(knows(first, "ben")).as("its thread has ended").isFalse();
    }

    @Test
    void whatCannotBeReadIsReadOnceItCan() throws Exception {
        var erasures = new TestErasures(lake);
        try (ErasureFeed feed = erasures.feed(OFTEN)) {
            erasures.add("shop", "ada");
            await().atMost(PATIENCE).until(() -> knows(feed, "ada"));
            Path next = lake.resolve("erasures/000000000002.json");
            Path whole = lake.resolve("whole.json");
            Files.writeString(next, "not yet");
            new TestErasures(lake.resolve("elsewhere")).add("shop", "zoe");
            Files.writeString(
                    whole,
                    Files.readString(lake.resolve("elsewhere/erasures/000000000001.json"))
                            .replace("\"number\":1", "\"number\":2"));
            assertThat(feed.known().number()).isEqualTo(1);
            Files.move(whole, next, StandardCopyOption.REPLACE_EXISTING);
            await().atMost(PATIENCE).until(() -> knows(feed, "zoe"));
            assertThat(knows(feed, "ada")).isTrue();
        }
    }

    @Test
    void listThatCannotBeReadStopsTheStart() throws Exception {
        Path file = lake.resolve("erasures/000000000001.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{}");
        var list = new ErasureList("file:" + lake, OFTEN, Duration.ofMillis(10));
        assertThatThrownBy(() -> ErasureFeed.open(list, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("reading the erased persons", file.toString(), "lake.max-outage");
    }

    @Test
    void withoutALakeNobodyIsErased() throws Exception {
        try (ErasureFeed feed = ErasureFeed.open(ErasureList.NONE, Map.of())) {
            assertThat(feed.known()).isEqualTo(KnownPersons.NONE);
        }
    }

    private static boolean knows(ErasureFeed feed, String user) {
        return feed.known().persons().contains(PersonHash.of("shop", user));
    }
}

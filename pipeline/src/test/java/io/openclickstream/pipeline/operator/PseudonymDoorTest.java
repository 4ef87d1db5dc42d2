package io.openclickstream.pipeline.operator;

import static io.openclickstream.pipeline.TestClicks.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.pipeline.decide.session.SessionRules;
import io.openclickstream.pipeline.erasure.ErasureList;
import io.openclickstream.pipeline.operator.PseudonymSettings.Source;
import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import io.openclickstream.schemas.pseudonym.PseudonymKeysFile;
import io.openclickstream.schemas.pseudonym.Pseudonyms;
import io.openclickstream.schemas.session.UserKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** User ids at the door, keys that change under a running job, and states that do not go with the keys. */
class PseudonymDoorTest {
    private static final long FIRST = Instant.parse("2026-11-01T00:00:00Z").toEpochMilli();
    private static final long SECOND = Instant.parse("2026-12-01T00:00:00Z").toEpochMilli();
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(30);
    private static final String KEY_1 = key("k1", FIRST, 1);
    private static final String KEY_2 = key("k2", SECOND, 2);
    private static final SessionRules RULES =
            new SessionRules(Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofHours(1));

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("pseudonyms.json");
    }

    @Test
    void aClickShowsThePseudonymOfItsTimeAndNothingOfItsRecordIsLeft() throws Exception {
        write(9, KEY_1, KEY_2);
        try (var door = door(false)) {
            door.processElement(record("a", FIRST));
            door.processElement(record("b", SECOND - 1));
            door.processElement(record("c", SECOND));
            List<ReceivedClick> passed = door.extractOutputValues();
            List<String> ada = ada();
            assertThat(passed)
                    .extracting(received -> received.click().userId())
                    .containsExactly(ada.get(1), ada.get(1), ada.get(2));
            assertThat(passed)
                    .extracting(received -> received.click().stateUserId())
                    .containsOnly(ada.get(0));
            assertThat(passed).allSatisfy(received -> {
                assertThat(received.rawKey()).isNull();
                assertThat(received.rawValue()).isEmpty();
            });
        }
    }

    @Test
    void aClickWhoseKeyIsGoneIsRefusedAndKeepsNothingThatTellsWhoItWas() throws Exception {
        write(9, KEY_2);
        try (var door = door(false)) {
            door.processElement(record("a", SECOND - 1));
            assertThat(door.extractOutputValues()).isEmpty();
            assertThat(side(door, RouteOperator.REJECTED)).singleElement().satisfies(refused -> {
                assertThat(refused.reason()).isEqualTo(Reason.NO_PSEUDONYM_KEY);
                assertThat(refused.eventTimeMillis()).isEqualTo(SECOND - 1);
                assertThat(refused.detail()).contains(Long.toString(SECOND - 1));
                assertThat(refused.rawKey()).isNull();
                assertThat(refused.rawValue()).isNull();
            });
            door.getOperator().prepareSnapshotPreBarrier(1);
            assertThat(side(door, RouteOperator.COUNTED)).singleElement().satisfies(counts -> {
                assertThat(counts.received()).isOne();
                assertThat(counts.filtered()).isOne();
            });
        }
    }

    @Test
    void refusedRecordsKeepBytesAndDetailOnlyWhereAnOptionSaysSo() throws Exception {
        write(9, KEY_1);
        Rejected refused = new Rejected(
                Reason.WRONG_TYPE,
                "user_id is ['ada']",
                new SourcePosition("clicks", 1, 2, 3),
                4L,
                utf8("ada"),
                utf8("{ada"));
        try (var door = door(false);
                var keeping = door(true)) {
            door.processElement(new StreamRecord<>(new SourceRecord(null, refused)));
            keeping.processElement(new StreamRecord<>(new SourceRecord(null, refused)));
            keeping.processElement(record("a", FIRST));
            assertThat(side(door, RouteOperator.REJECTED)).singleElement().satisfies(kept -> {
                assertThat(kept.reason()).isEqualTo(Reason.WRONG_TYPE);
                assertThat(kept.source()).isEqualTo(refused.source());
                assertThat(kept.eventTimeMillis()).isEqualTo(4L);
                assertThat(kept.detail()).isEqualTo("not kept, since it may hold a user id: pseudonyms are on");
                assertThat(kept.rawKey()).isNull();
                assertThat(kept.rawValue()).isNull();
            });
            assertThat(side(keeping, RouteOperator.REJECTED))
                    .usingRecursiveFieldByFieldElementComparator()
                    .containsExactly(refused);
            assertThat(keeping.extractOutputValues())
                    .singleElement()
                    .satisfies(received -> assertThat(received.rawValue()).isEqualTo(utf8("record of ada")));
        }
    }

    @Test
    void aKeyIsTakenUpWhileTheJobRunsAndAWrongFileIsNot() throws Exception {
        write(9, KEY_1);
        try (var door = door(false)) {
            door.setProcessingTime(FIRST);
            write(9, KEY_1, KEY_2);
            door.processElement(record("a", SECOND)); // nobody has looked yet
            door.setProcessingTime(FIRST + LOOK_INTERVAL.toMillis());
            door.processElement(record("b", SECOND));
            Files.writeString(file, "no keys");
            door.setProcessingTime(SECOND);
            door.processElement(record("c", SECOND));
            write(8, KEY_1, KEY_2);
            door.setProcessingTime(SECOND + LOOK_INTERVAL.toMillis());
            door.processElement(record("d", SECOND));
            Files.delete(file);
            door.setProcessingTime(SECOND + 2 * LOOK_INTERVAL.toMillis());
            door.processElement(record("e", SECOND));
            write(9, KEY_2);
            door.setProcessingTime(SECOND + 3 * LOOK_INTERVAL.toMillis());
            door.processElement(record("f", FIRST));

            write(9, KEY_1, KEY_2);
            List<String> ada = ada();
            assertThat(door.extractOutputValues())
                    .extracting(received -> received.click().userId())
                    .containsExactly(ada.get(1), ada.get(2), ada.get(2), ada.get(2), ada.get(2));
            assertThat(side(door, RouteOperator.REJECTED))
                    .as("the first key was deleted")
                    .extracting(Rejected::reason)
                    .containsExactly(Reason.NO_PSEUDONYM_KEY);
        }
    }

    @Test
    void aSessionThatBeganBeforeAKeyWasDeletedIsShownUnderTheNextOne() throws Exception {
        write(9, KEY_1, KEY_2);
        List<String> ada = ada();
        try (var sessions = sessions(settings(false), null)) {
            sessions.setProcessingTime(SECOND);
            sessions.processElement(new StreamRecord<>(atTheDoor("a", SECOND - 1)));
            sessions.processElement(new StreamRecord<>(atTheDoor("b", SECOND + 1)));
            write(9, KEY_2);
            sessions.setProcessingTime(SECOND + LOOK_INTERVAL.toMillis());
            sessions.processWatermark(new Watermark(SECOND + Duration.ofHours(1).toMillis()));
            assertThat(sessions.getSideOutput(SessionizeOperator.SESSIONS))
                    .extracting(change -> change.getValue().session().userId())
                    .containsExactly(ada.get(1), ada.get(1), ada.get(2));
        }
    }

    @Test
    void anEarlierClickMovesTheWholeSessionToThePseudonymOfItsNewBeginning() throws Exception {
        write(9, KEY_1, KEY_2);
        List<String> ada = ada();
        try (var sessions = sessions(settings(false), null)) {
            sessions.processElement(new StreamRecord<>(atTheDoor("b", SECOND + 1)));
            sessions.processElement(new StreamRecord<>(atTheDoor("a", SECOND - 1)));
            var changes = new ArrayList<>(sessions.getSideOutput(SessionizeOperator.SESSIONS));
            assertThat(changes)
                    .extracting(change -> change.getValue().session().userId())
                    .endsWith(ada.get(1))
                    .startsWith(ada.get(2));
        }
    }

    @Test
    void stateThatWasMadeWithoutPseudonymsOrWithOtherKeysIsRefused() throws Exception {
        write(9, KEY_1, KEY_2);
        OperatorSubtaskState with;
        try (var sessions = sessions(settings(false), null)) {
            sessions.setProcessingTime(SECOND);
            with = sessions.snapshot(1, 0);
        }
        OperatorSubtaskState without;
        try (var sessions = sessions(null, null)) {
            without = sessions.snapshot(1, 0);
        }
        assertThatThrownBy(() -> sessions(settings(false), without))
                .hasMessageContaining("The state was made without pseudonyms, and pseudonyms.keys is given");
        assertThatThrownBy(() -> sessions(null, with))
                .hasMessageContaining("The state was made with pseudonyms, and pseudonyms.keys is not given");
        write(8, KEY_1, KEY_2);
        assertThatThrownBy(() -> sessions(settings(false), with))
                .hasMessageContaining("does not go with the state: 'grouping' is another secret");
        write(9, key("k1", FIRST, 3), KEY_2);
        assertThatThrownBy(() -> sessions(settings(false), with)).hasMessageContaining("key 'k1' is not what it was");
        write(9, KEY_2, key("k3", SECOND + 1, 4));
        sessions(settings(false), with).close();
        sessions(null, without).close();
    }

    @Test
    void aJobDoesNotStartWithAFileThatIsNoneOfKeysAndSaysAllThatIsWrong() throws Exception {
        Files.writeString(file, "{\"keys\": []}");
        assertThatThrownBy(() -> door(false))
                .hasMessageContaining("pseudonyms.keys=" + file)
                .hasMessageContaining("'grouping' is no base64")
                .hasMessageContaining("'keys' is no list");
    }

    private void write(int grouping, String... keys) throws Exception {
        Files.writeString(
                file, "{\"grouping\": \"%s\", \"keys\": [%s]}".formatted(secret(grouping), String.join(", ", keys)));
    }

    /** Of user ada of the shop: the group, then what is shown with each key that the file holds now. */
    private List<String> ada() throws Exception {
        return new Pseudonyms(PseudonymKeysFile.parse(Files.readAllBytes(file))).all("shop", "ada");
    }

    private PseudonymSettings settings(boolean keepsRefusedBytes) {
        return new PseudonymSettings(file.toString(), LOOK_INTERVAL, keepsRefusedBytes, Source.SENT);
    }

    private OneInputStreamOperatorTestHarness<SourceRecord, ReceivedClick> door(boolean keepsRefusedBytes)
            throws Exception {
        var harness = new OneInputStreamOperatorTestHarness<>(
                new RouteOperator(settings(keepsRefusedBytes), ErasureList.NONE));
        harness.open();
        return harness;
    }

    private static KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick> sessions(
            @Nullable PseudonymSettings pseudonyms, @Nullable OperatorSubtaskState from) throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<UserKey, ReceivedClick, ReceivedClick>(
                new SessionizeOperator(RULES, true, pseudonyms, ErasureList.NONE),
                received ->
                        new UserKey(received.click().siteId(), received.click().stateUserId()),
                TypeInformation.of(UserKey.class));
        harness.setProcessingTime(SECOND);
        harness.setup();
        if (from != null) {
            harness.initializeState(from);
        }
        harness.open();
        return harness;
    }

    private ReceivedClick atTheDoor(String eventId, long eventTimeMillis) throws Exception {
        var keys = PseudonymKeysFile.parse(Files.readAllBytes(file));
        SourceRecord passed = new PseudonymDoor(settings(false), keys)
                .pass(record(eventId, eventTimeMillis).getValue());
        return Objects.requireNonNull(passed.click());
    }

    private static StreamRecord<SourceRecord> record(String eventId, long eventTimeMillis) {
        var position = new SourcePosition("clicks", 0, 7, 8);
        return new StreamRecord<>(new SourceRecord(
                new ReceivedClick(click(eventId, "ada", eventTimeMillis), position, utf8("ada"), utf8("record of ada")),
                null));
    }

    private static <X> List<X> side(OneInputStreamOperatorTestHarness<?, ?> harness, OutputTag<X> tag) {
        var records = harness.getSideOutput(tag);
        return records == null
                ? List.of()
                : records.stream().map(StreamRecord::getValue).toList();
    }

    private static String key(String id, long fromMillis, int secret) {
        return "{\"id\": \"%s\", \"from\": \"%s\", \"secret\": \"%s\"}"
                .formatted(id, Instant.ofEpochMilli(fromMillis), secret(secret));
    }

    private static String secret(int number) {
        byte[] secret = new byte[32];
        secret[0] = (byte) number;
        return Base64.getEncoder().encodeToString(secret);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

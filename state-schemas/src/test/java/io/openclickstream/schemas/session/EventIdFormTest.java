package io.openclickstream.schemas.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

/** How state holds the ids of events: in half as many bytes where they are digits, and always so that they come back. */
class EventIdFormTest {
    private static final String DIGITS = "5e0b1f7c2d3a49688796a5b4c3d2e1f0";
    private static final String UUID = "5e0b1f7c-2d3a-4968-8796-a5b4c3d2e1f0";

    @Example
    void digitsOfLowerCaseTakeHalfAsManyBytes() {
        assertThat(written(DIGITS)).hasSize(17);
        assertThat(written(UUID)).hasSize(17).isNotEqualTo(written(DIGITS));
    }

    @Example
    void allElseStaysText() {
        for (String id : List.of(
                DIGITS.toUpperCase(Locale.ROOT),
                UUID.toUpperCase(Locale.ROOT),
                DIGITS.substring(1),
                DIGITS + "0",
                DIGITS.substring(1) + "g",
                UUID.replace("-8796", "08796"),
                DIGITS.substring(2) + "ß")) {
            assertThat(written(id)).as(id).hasSize(id.getBytes(StandardCharsets.UTF_8).length + 1);
            assertThat(StateWriter.packedId(id)).isEmpty();
        }
    }

    @Property
    void everyIdComesBackWhateverStandsBehindIt(
            @ForAll
                    @Chars({'-', 'A', 'F', 'g', ' ', 'ß'})
                    @CharRange(from = '0', to = '9')
                    @CharRange(from = 'a', to = 'f')
                    @StringLength(min = 1, max = 40)
                    String id) {
        assertComesBack(id);
    }

    @Property
    void everyIdOfDigitsComesBack(
            @ForAll @CharRange(from = '0', to = '9') @CharRange(from = 'a', to = 'f') @StringLength(32) String digits) {
        assertComesBack(digits);
        assertComesBack(digits.toUpperCase(Locale.ROOT));
        assertComesBack("%s-%s-%s-%s-%s"
                .formatted(
                        digits.substring(0, 8),
                        digits.substring(8, 12),
                        digits.substring(12, 16),
                        digits.substring(16, 20),
                        digits.substring(20)));
        assertThat(StateWriter.packedId(digits)).hasValue(written(digits));
    }

    @Example
    void anEmptyIdIsRefusedSinceItsLengthMeansSomethingElse() {
        assertThatThrownBy(() -> written("")).isInstanceOf(IllegalArgumentException.class);
    }

    /** In format 1 they were texts, of which nothing is known but that they are read. */
    @Example
    void digitsThatAnOlderFormatHoldsAsTextAreWrittenAnewInHalfAsManyBytes() {
        UserTimeline upper = timeline(DIGITS.toUpperCase(Locale.ROOT));
        byte[] old = bytes(upper);
        int replaced = replace(old, DIGITS.toUpperCase(Locale.ROOT), DIGITS);
        old[0] = 1; // the format
        assertThat(replaced).as("ids in lower case that are texts").isEqualTo(4);

        UserTimeline read = UserTimeline.read(new StateReader(old));
        UserTimeline now = timeline(DIGITS);
        assertThat(read.sessions()).isEqualTo(now.sessions());
        // What was not touched yet, such as the first id of the latest session, may stay as it was read.
        read.replaceSessions(read.sessions());
        assertThat(bytes(read)).isEqualTo(bytes(now)).hasSizeLessThan(old.length - 4 * 15);
        assertThat(UserTimeline.read(new StateReader(bytes(read))).sessions()).isEqualTo(now.sessions());
    }

    @Example
    void aFormatOfANewerReleaseIsRefused() {
        for (int format : new int[] {0, 3}) {
            byte[] bytes = bytes(new UserTimeline());
            bytes[0] = (byte) format;
            assertThatThrownBy(() -> UserTimeline.read(new StateReader(bytes)))
                    .hasMessageContaining("format " + format)
                    .hasMessageContaining("reads formats 1 to 2");
        }
    }

    private static void assertComesBack(String id) {
        StateWriter out = new StateWriter();
        out.id(id);
        out.number(77);
        StateReader in = new StateReader(out.toBytes());
        assertThat(in.id()).isEqualTo(id);
        assertThat(in.number()).isEqualTo(77);
    }

    private static byte[] written(String id) {
        StateWriter out = new StateWriter();
        out.id(id);
        return out.toBytes();
    }

    private static byte[] bytes(UserTimeline timeline) {
        StateWriter out = new StateWriter();
        timeline.write(out);
        return out.toBytes();
    }

    /** Two sessions, each with an id of its first click and another place that holds it. */
    private static UserTimeline timeline(String id) {
        UserTimeline timeline = new UserTimeline();
        timeline.replaceSessions(new SessionTimeline(List.of(session(id, 0), session(id, 10_000_000)), List.of()));
        return timeline;
    }

    private static OpenSession session(String id, long startMillis) {
        return new OpenSession(
                new FirstReceived(startMillis, 0, 7, id),
                startMillis,
                startMillis,
                1,
                1,
                0,
                List.of(),
                new Entry(id, "/", null, null, null, null, null, null),
                new Exit(id, null),
                startMillis,
                null,
                null,
                null);
    }

    private static int replace(byte[] bytes, String old, String replacement) {
        byte[] sought = old.getBytes(StandardCharsets.UTF_8);
        byte[] other = replacement.getBytes(StandardCharsets.UTF_8);
        int replaced = 0;
        for (int at = 0; at + sought.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + sought.length, sought, 0, sought.length)) {
                System.arraycopy(other, 0, bytes, at, other.length);
                replaced++;
            }
        }
        return replaced;
    }
}

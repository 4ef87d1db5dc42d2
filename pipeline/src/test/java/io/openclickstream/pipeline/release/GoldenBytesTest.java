package io.openclickstream.pipeline.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import io.openclickstream.pipeline.release.GoldenBytes.Role;
import io.openclickstream.schemas.RegisteredState;
import io.openclickstream.schemas.ledger.PartitionKey;
import io.openclickstream.schemas.session.UserKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of bytes that do not read as they were written. */
class GoldenBytesTest {
    private final GoldenBytes key = write(Role.KEY, new PartitionKey("clicks", 3));
    private final GoldenBytes value =
            write(Role.VALUE, GoldenEntries.values(RegisteredState.LEDGER_TOTAL).get(0));

    @Test
    void bytesThatReadAsTheyWereWrittenAreFine() throws Exception {
        assertThat(key.check("0.1.0")).isEmpty();
        assertThat(GoldenBytes.parse(value.line())).isEqualTo(value);
        assertThat(GoldenBytes.parse(value.line()).check("0.1.0")).isEmpty();
    }

    @Test
    void otherValuesAreNamed() {
        byte[] bytes = Base64.getDecoder().decode(key.bytes());
        bytes[bytes.length - 1] ^= 1;
        var changed = new GoldenBytes(
                key.state(),
                key.role(),
                key.serializer(),
                Base64.getEncoder().encodeToString(bytes),
                key.keyGroup(),
                key.says());
        assertThat(changed.check("0.1.0")).anySatisfy(broken -> {
            assertThat(broken.what()).isEqualTo("bytes of key ledger/total");
            assertThat(broken.why()).contains("read as something else than was written: ");
            assertThat(broken.instead()).contains("next number");
        });
    }

    @Test
    void bytesThatEndTooSoonAreNamed() {
        var cut = new GoldenBytes(value.state(), value.role(), value.serializer(), "AAEC", null, value.says());
        assertThat(cut.check("0.1.0"))
                .singleElement()
                .extracting(BrokenPromise::why)
                .asString()
                .contains("They cannot be read any more: java.io.EOFException");
    }

    @Test
    void anotherHashIsNamed() {
        var moved =
                new GoldenBytes(key.state(), key.role(), key.serializer(), key.bytes(), key.keyGroup() + 1, key.says());
        assertThat(moved.check("0.1.0"))
                .singleElement()
                .extracting(BrokenPromise::why)
                .asString()
                .contains("its state would never be found");
    }

    @Test
    void anotherSerializerIsNamed() throws Exception {
        GoldenBytes user = GoldenBytes.write(RegisteredState.TIMELINE, Role.KEY, new UserKey("shop", "ada"));
        var foreign =
                new GoldenBytes(key.state(), key.role(), user.serializer(), user.bytes(), user.keyGroup(), user.says());
        assertThat(foreign.check("0.1.0"))
                .singleElement()
                .extracting(BrokenPromise::why)
                .asString()
                .contains("Flink refuses to restore it");
    }

    @Test
    void bytesThatAreLeftOverAreNamed() {
        byte[] bytes = Base64.getDecoder().decode(key.bytes());
        var longer = new GoldenBytes(
                key.state(),
                key.role(),
                key.serializer(),
                Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, bytes.length + 3)),
                key.keyGroup(),
                key.says());
        assertThat(longer.check("0.1.0"))
                .singleElement()
                .extracting(BrokenPromise::why)
                .asString()
                .contains("3 bytes are left");
    }

    @Test
    void whatTheDescriptionsSayIsNotSaidAgain() {
        assertThat(key.isExplainedBy(List.of(broken("key ledger/total partition"))))
                .isTrue();
        assertThat(key.isExplainedBy(List.of(broken("state ledger/total")))).isTrue();
        assertThat(key.isExplainedBy(List.of(broken("value ledger/total late"), broken("key ledger/step topic"))))
                .isFalse();
    }

    private static BrokenPromise broken(String what) {
        return new BrokenPromise("0.1.0", what, "why", "instead");
    }

    @Test
    void stateThatIsGoneIsNamed() {
        var gone = new GoldenBytes("ledger/gone", Role.VALUE, "", "", null, TextNode.valueOf("1"));
        assertThat(gone.check("0.1.0"))
                .singleElement()
                .extracting(BrokenPromise::why)
                .asString()
                .contains("no longer registered");
    }

    private static GoldenBytes write(Role role, Object entry) {
        try {
            return GoldenBytes.write(RegisteredState.LEDGER_TOTAL, role, entry);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

package io.openclickstream.flight.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Quota;
import io.openclickstream.flight.access.Role;
import io.openclickstream.flight.access.Sites;
import io.openclickstream.flight.table.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TicketsTest {
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final Principal ADA = principal("ada");
    private static final String OLD = key(1);
    private static final String NEW = key(2);

    private final ReadCommand command = ReadCommand.of("sessions").completeThrough(5L);

    @Test
    void aTicketSaysWhatWasAskedOnEveryServerWithTheKey() throws Exception {
        byte[] ticket = make(OLD);
        assertThat(read(OLD, ticket, ADA, NOW)).isEqualTo(command);
        assertThat(read("# rotated\n\n" + NEW + OLD, ticket, ADA, NOW)).isEqualTo(command);
    }

    @Test
    void theFirstKeySignsAndAKeyThatIsGoneIsNotBelieved() {
        assertThat(make(NEW + OLD)).isEqualTo(make(NEW)).isNotEqualTo(make(OLD));
        refused(() -> read(NEW, make(OLD), ADA, NOW), Refused.Reason.INVALID, "not signed with a key of this server");
    }

    @Test
    void itExpires() throws Exception {
        byte[] ticket = make(OLD);
        assertThat(read(OLD, ticket, ADA, NOW.plus(Duration.ofHours(1)).minusMillis(1)))
                .isEqualTo(command);
        refused(
                () -> read(OLD, ticket, ADA, NOW.plus(Duration.ofHours(1))),
                Refused.Reason.INVALID,
                "expired at 2026-03-02T11:00:00Z");
    }

    @Test
    void nobodyElseCanUseIt() {
        refused(
                () -> read(OLD, make(OLD), principal("bob"), NOW),
                Refused.Reason.NOT_ALLOWED,
                "made for somebody else than 'bob'");
    }

    @Property
    void noOtherBytesAreATicket(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] forged = make(OLD);
        switch (random.nextInt(3)) {
            case 0 -> forged[random.nextInt(forged.length)] ^= (byte) (1 + random.nextInt(255));
            case 1 -> forged = Arrays.copyOf(forged, random.nextInt(forged.length));
            default -> random.nextBytes(forged);
        }
        byte[] tried = forged;
        refused(() -> read(OLD, tried, ADA, NOW), Refused.Reason.INVALID, "GetFlightInfo");
    }

    @Test
    void aKeyFileIsReadOrTheMistakeSaidWithoutTheKey() {
        String shortKey = Base64.getEncoder().encodeToString(new byte[31]);
        assertThatThrownBy(() -> keys(OLD + shortKey))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2 is no key")
                .hasMessageNotContaining(shortKey);
        assertThatThrownBy(() -> keys("secret!")).hasMessageContaining("line 1").hasMessageNotContaining("secret!");
        assertThatThrownBy(() -> keys("# nothing\n")).hasMessageContaining("it holds no key");
    }

    private byte[] make(String keys) {
        Tickets tickets = new Tickets(() -> keys(keys), Duration.ofHours(1));
        return tickets.make(command, ADA, tickets.expiry(NOW));
    }

    private static ReadCommand read(String keys, byte[] ticket, Principal principal, Instant now) throws Refused {
        return new Tickets(() -> keys(keys), Duration.ofHours(1)).read(ticket, principal, now);
    }

    private static TicketKeys keys(String file) {
        return TicketKeys.parse(file.getBytes(StandardCharsets.UTF_8));
    }

    private static String key(int seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return Base64.getEncoder().encodeToString(key) + "\n";
    }

    private static Principal principal(String name) {
        return new Principal(name, Set.of(Role.READER), Sites.ALL, Quota.NONE, null);
    }

    private static void refused(ThrowingCallable call, Refused.Reason reason, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason))
                .hasMessageContaining(message);
    }
}

package io.openclickstream.load.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.impl.Flight;
import org.junit.jupiter.api.Test;

class SubscriberLogicTest {
    @Test
    void markIsReadOutOfTheBytesOfAMessage() throws IOException {
        Flight.FlightData message = Flight.FlightData.newBuilder()
                .setDataHeader(ByteString.copyFromUtf8("header"))
                .setAppMetadata(ByteString.copyFromUtf8(
                        "{\"lineage\":\"x\",\"watermark\":42,\"step\":\"snapshot\",\"ends_step\":true}"))
                .setDataBody(ByteString.copyFrom(new byte[100_000]))
                .build();
        assertThat(Mark.of(message.toByteString().newInput())).isEqualTo(new Mark(42, true, true));
        assertThat(Mark.of(Flight.FlightData.getDefaultInstance().toByteString().newInput()))
                .isEqualTo(new Mark(Long.MIN_VALUE, false, false));
    }

    @Test
    void requestIsATicket() throws IOException {
        byte[] ticket = "which table".getBytes(StandardCharsets.UTF_8);
        assertThat(Flight.Ticket.parseFrom(Subscribers.request(ticket))
                        .getTicket()
                        .toByteArray())
                .isEqualTo(new Ticket(ticket).getBytes());
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(3, "no json".getBytes(StandardCharsets.UTF_8));
        out.flush();
        assertThatThrownBy(() -> Mark.of(new ByteArrayInputStream(bytes.toByteArray())))
                .isInstanceOf(IOException.class);
    }

    @Test
    void stepOverSeveralDeltasCountsForEach() {
        Arrivals arrivals = new Arrivals(100, 10);
        arrivals.measureFrom(2);
        for (int delta = 1; delta <= 4; delta++) {
            arrivals.sent(delta, delta * 1_000_000L);
            arrivals.acknowledged(delta, delta * 1_000_000L + 500_000);
        }
        arrivals.arrived(100, 101, 1_700_000); // delta 1 only warms up
        assertThat(arrivals.sinceSent().count()).isZero();
        arrivals.arrived(101, 104, 5_000_000); // a slow reader is told 2, 3 and 4 at once
        assertThat(arrivals.sinceSent().count()).isEqualTo(3);
        assertThat(arrivals.sinceSent().percentileMillis(100)).isBetween(2.99, 3.01);
        assertThat(arrivals.sinceAcknowledged().percentileMillis(1)).isBetween(0.499, 0.501);
        assertThat(arrivals.early()).isZero();
    }

    @Test
    void whatIsReceivedBeforeItsWriterHasHeardTookNoTime() {
        Arrivals arrivals = new Arrivals(100, 10);
        arrivals.measureFrom(1);
        arrivals.sent(1, 1_000_000);
        arrivals.arrived(100, 101, 3_000_000);
        assertThat(arrivals.early()).isEqualTo(1);
        assertThat(arrivals.sinceAcknowledged().percentileMillis(100)).isZero();
        assertThat(arrivals.sinceSent().percentileMillis(100)).isBetween(1.99, 2.01);
    }

    @Test
    void residentMemoryIsReadFromTheProcessStatus() throws IOException {
        assertThat(ProcessUse.resident(List.of("Name:\tjava", "VmHWM:\t  99 kB", "VmRSS:\t  1234 kB")))
                .isEqualTo(1234L * 1024);
        assertThatThrownBy(() -> ProcessUse.resident(List.of("Name:\tjava"))).isInstanceOf(IOException.class);
        assertThat(ProcessUse.of(ProcessHandle.current()).residentBytes()).isPositive();
    }
}

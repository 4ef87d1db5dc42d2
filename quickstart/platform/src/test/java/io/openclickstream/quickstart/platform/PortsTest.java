package io.openclickstream.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void freePortsHaveNoProblem() throws InterruptedException {
        assertThat(Ports.free().problems(Duration.ZERO)).isEmpty();
    }

    @Test
    void freePortsAreThoseThatNobodyIsGivenByChance() {
        Ports free = Ports.free();
        assertThat(List.of(
                        free.kafka(),
                        free.kafkaController(),
                        free.s3(),
                        free.flinkPage(),
                        free.flight(),
                        free.flightHttp()))
                .doesNotHaveDuplicates()
                .allMatch(port -> port >= 20_000 && port < 30_000);
    }

    @Test
    void everyProblemIsNamedWithTheOptionThatSolvesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ports free = Ports.free();
            Ports ports =
                    new Ports(taken.getLocalPort(), free.kafkaController(), free.s3(), 0, free.flight(), free.flight());
            assertThat(ports.problems(Duration.ZERO))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .contains("Port " + taken.getLocalPort() + ", for Kafka, is taken", "--kafka.port"),
                            line -> assertThat(line).contains("flink.rest-port=0 is no port"),
                            line -> assertThat(line).contains("http.port=", "used twice"));
        }
    }
}

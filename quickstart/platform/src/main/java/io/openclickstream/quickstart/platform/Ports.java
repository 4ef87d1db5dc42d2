package io.openclickstream.quickstart.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/** The ports of the platform, all on this machine's loopback address. */
public record Ports(int kafka, int kafkaController, int s3, int flinkPage, int flight, int flightHttp) {
    /** What the documentation names. */
    public static final Ports USUAL = new Ports(19_092, 19_093, 19_000, 8_081, 8_815, 8_816);

    // Where free ones are looked for: below those that systems hand out by themselves, to whoever connects or listens
    // next.
    private static final int FIRST_FREE = 20_000;
    private static final int AFTER_LAST_FREE = 30_000;
    private static final int COUNT = 6;

    /** One port with the option that sets it. */
    private record Port(String user, String option, int number) {}

    /** Ports that no process listened on a moment ago, and that none is given by chance before they are used. */
    public static Ports free() {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> numbers = new ArrayList<>();
            while (held.size() < COUNT) {
                int number = ThreadLocalRandom.current().nextInt(FIRST_FREE, AFTER_LAST_FREE);
                try {
                    held.add(new ServerSocket(number, 1, InetAddress.getLoopbackAddress()));
                    numbers.add(number);
                } catch (BindException e) {
                    // taken; another one then
                }
            }
            return new Ports(
                    numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3), numbers.get(4), numbers.get(5));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            held.forEach(Ports::close);
        }
    }

    /** One sentence per port that is out of range, used twice, or taken by another process for the whole patience. */
    List<String> problems(Duration patience) throws InterruptedException {
        List<String> problems = new ArrayList<>();
        Set<Integer> seen = new TreeSet<>();
        long deadline = System.nanoTime() + patience.toNanos();
        for (Port port : all()) {
            if (port.number() < 1 || port.number() > 65_535) {
                problems.add("%s=%d is no port; give 1 to 65535.".formatted(port.option(), port.number()));
            } else if (!seen.add(port.number())) {
                problems.add("%s=%d is used twice; give each its own.".formatted(port.option(), port.number()));
            } else if (!isFree(port.number(), deadline)) {
                problems.add(
                        "Port %d, for %s, is taken by another process. End that process, or give another port with --%s."
                                .formatted(port.number(), port.user(), port.option()));
            }
        }
        return problems;
    }

    private List<Port> all() {
        return List.of(
                new Port("Kafka", "kafka.port", kafka),
                new Port("Kafka's controller", "kafka.controller-port", kafkaController),
                new Port("S3", "s3.port", s3),
                new Port("Flink's web page", "flink.rest-port", flinkPage),
                new Port("the Flight server", "flight.port", flight),
                new Port("the Flight server's HTTP", "http.port", flightHttp));
    }

    /** A process of the run before may take a moment to let go of its port. */
    private static boolean isFree(int port, long deadline) throws InterruptedException {
        while (true) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return true;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                Thread.sleep(200);
            }
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

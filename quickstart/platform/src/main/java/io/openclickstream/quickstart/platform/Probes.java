package io.openclickstream.quickstart.platform;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;

/** Whether a process can do its work now. */
final class Probes {
    private static final int CONNECT_MILLIS = 1_000;

    private final Addresses addresses;
    private final Http http;
    private final FlinkRest flink;

    Probes(Addresses addresses, Http http, FlinkRest flink) {
        this.addresses = addresses;
        this.http = http;
        this.flink = flink;
    }

    boolean isReady(ChildName child) throws InterruptedException {
        return switch (child) {
            case KAFKA -> accepts(addresses.kafka());
            // Any answer will do: whoever asks without a key is refused.
            case S3 -> http.status(addresses.s3()).isPresent();
            case FLIGHT ->
                http.status(addresses.flightHttp().resolve("/health/ready")).orElse(0) == 200;
            case FLINK ->
                flink.job()
                        .filter(job -> job.state().equals("RUNNING") && job.allRunning())
                        .isPresent();
        };
    }

    private static boolean accepts(String hostAndPort) {
        URI address = URI.create("tcp://" + hostAndPort.toLowerCase(Locale.ROOT));
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}

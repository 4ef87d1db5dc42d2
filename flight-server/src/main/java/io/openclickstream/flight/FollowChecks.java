package io.openclickstream.flight;

import io.openclickstream.flight.server.FollowSettings;
import io.openclickstream.options.Mistakes;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options with which a server follows another one. */
final class FollowChecks {
    private static final String LEADER = "grpc(\\+tls)?://[^/\\s:@]+:\\d{1,5}";

    private FollowChecks() {}

    /** Null when the server follows nobody. */
    static @Nullable FollowSettings settings(FlightServerOptions options) {
        return options.follow() == null
                ? null
                : new FollowSettings(
                        URI.create(options.follow()),
                        options.followTokenFile(),
                        options.followTlsCa(),
                        options.followTlsCertificate(),
                        options.followTlsKey(),
                        options.followMaxStaleness());
    }

    static void check(FlightServerOptions options, Mistakes wrong) {
        wrong.require(
                options.followersMax() >= 0 && options.followersMax() <= 256, "followers.max", "must be 0 to 256");
        Map<String, @Nullable Path> tls = new LinkedHashMap<>();
        tls.put("follow.tls.ca", options.followTlsCa());
        tls.put("follow.tls.certificate", options.followTlsCertificate());
        tls.put("follow.tls.key", options.followTlsKey());
        Map<String, @Nullable Path> files = new LinkedHashMap<>(tls);
        files.put("follow.token-file", options.followTokenFile());
        files.forEach((option, file) -> wrong.require(
                file == null || (Files.isReadable(file) && !Files.isDirectory(file)),
                option,
                "cannot be read. Give a file that this process may read"));
        wrong.require(
                (options.followTlsCertificate() == null) == (options.followTlsKey() == null),
                "follow.tls.certificate",
                "and follow.tls.key only make sense together. Give both or none");
        wrong.require(
                options.followMaxStaleness().compareTo(Duration.ofSeconds(2)) >= 0,
                "follow.max-staleness",
                "is less than 2s; a leader that has nothing new says so every second. Use for example 10s");
        String leader = options.follow();
        if (leader == null) {
            files.forEach((option, file) ->
                    wrong.require(file == null, option, "has no use without follow. Give follow=grpc://HOST:PORT"));
            return;
        }
        wrong.require(
                leader.matches(LEADER) && URI.create(leader).getPort() <= 65535,
                "follow",
                "is not like grpc://HOST:PORT or grpc+tls://HOST:PORT");
        tls.forEach((option, file) -> wrong.require(
                file == null || leader.startsWith("grpc+tls:"),
                option,
                "has no use without TLS. Give follow as grpc+tls://HOST:PORT"));
        wrong.require(
                options.ticketKeys() != null,
                "ticket.keys",
                "is missing beside follow, so this replica would refuse its leader's tickets, and the leader this one's. "
                        + "Give both servers the same file; docs/reading.md says how to make one");
    }
}

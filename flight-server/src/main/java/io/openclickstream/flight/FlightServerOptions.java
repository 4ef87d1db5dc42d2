package io.openclickstream.flight;

import io.netty.util.internal.PlatformDependent;
import io.openclickstream.options.ByteSize;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of the Flight server. Names, defaults and meanings are what {@code --help} prints. */
@Command(
        description = "Serves live tables over Arrow Flight: the job puts rows, any Flight client reads them. "
                + "Rows are kept in memory and in a log, so that a restart loses nothing acknowledged.")
public interface FlightServerOptions {
    /** Reads and checks the options. */
    Program<FlightServerOptions> PROGRAM =
            new Program<>("the Flight server", FlightServerOptions.class, FlightServerOptions::check);

    @Option(
            names = "--bind.host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description =
                    "Address to listen on; 0.0.0.0 for all. Beyond this machine it takes auth.principals or jwt.issuer, and "
                            + "tls.certificate. Default: ${DEFAULT-VALUE}")
    String bindHost();

    @Option(
            names = "--flight.port",
            paramLabel = "PORT",
            defaultValue = "8815",
            description = "Port for Arrow Flight; 0 takes a free one. Default: ${DEFAULT-VALUE}")
    int flightPort();

    @Option(
            names = "--http.port",
            paramLabel = "PORT",
            defaultValue = "8816",
            description =
                    "Port for the live page, /tables, /metrics, /health/live and /health/ready; 0 takes a free one. "
                            + "Default: ${DEFAULT-VALUE}")
    int httpPort();

    @Option(
            names = "--data.dir",
            paramLabel = "FOLDER",
            defaultValue = ".clickstream/flight-server",
            description = "Folder for the log, its checkpoint and the key of the tickets; one server each. "
                    + "Default: ${DEFAULT-VALUE}")
    Path dataDir();

    @Option(
            names = "--memory.max",
            paramLabel = "SIZE",
            defaultValue = "512MiB",
            description = "Memory for the rows of all tables. Beyond it the oldest windows leave. "
                    + "Default: ${DEFAULT-VALUE}")
    ByteSize memoryMax();

    @Option(
            names = "--table.retention",
            paramLabel = "DURATION",
            defaultValue = "30d",
            description = "How long before its watermark a table keeps rows, in event time. Default: ${DEFAULT-VALUE}")
    Duration tableRetention();

    @Option(
            names = "--epochs.kept",
            paramLabel = "COUNT",
            defaultValue = "5",
            description = "Committed epochs that can be read, and that a job can go back to. Each costs the rows that "
                    + "have changed since. Default: ${DEFAULT-VALUE}")
    int epochsKept();

    @Option(
            names = "--put.max-bytes",
            paramLabel = "SIZE",
            defaultValue = "16MiB",
            description = "Largest batch a client may put. Default: ${DEFAULT-VALUE}")
    ByteSize putMaxBytes();

    @Option(
            names = "--puts.max",
            paramLabel = "COUNT",
            defaultValue = "256",
            description = "Streams of puts that may be open at once. Default: ${DEFAULT-VALUE}")
    int putsMax();

    @Option(
            names = "--headers.max-bytes",
            paramLabel = "SIZE",
            defaultValue = "16KiB",
            description = "Largest gRPC metadata a client may send with a call. Default: ${DEFAULT-VALUE}")
    ByteSize headersMaxBytes();

    @Option(
            names = "--streams.max",
            paramLabel = "COUNT",
            defaultValue = "64",
            description = "Tables that may be read at once. Default: ${DEFAULT-VALUE}")
    int streamsMax();

    @Option(
            names = "--streams.memory-max",
            paramLabel = "SIZE",
            defaultValue = "128MiB",
            description = "Memory for batches on their way to readers, and again as much for rows that have changed "
                    + "since slow readers began; beyond it the slowest are cut off. Default: ${DEFAULT-VALUE}")
    ByteSize streamsMemoryMax();

    @Option(
            names = "--subscriptions.max",
            paramLabel = "COUNT",
            defaultValue = "4096",
            description = "Subscriptions that may be open at once; of one principal quota.streams. "
                    + "Default: ${DEFAULT-VALUE}")
    int subscriptionsMax();

    @Option(
            names = "--subscriptions.interval",
            paramLabel = "DURATION",
            defaultValue = "100ms",
            description = "Least time between two steps of a subscription; what changes meanwhile goes together. "
                    + "Default: ${DEFAULT-VALUE}")
    Duration subscriptionsInterval();

    @Option(
            names = "--subscriptions.keep-alive",
            paramLabel = "DURATION",
            defaultValue = "15s",
            description = "How long a subscriber hears nothing before it is sent an empty batch. "
                    + "Default: ${DEFAULT-VALUE}")
    Duration subscriptionsKeepAlive();

    @Option(
            names = "--subscriptions.memory-max",
            paramLabel = "SIZE",
            defaultValue = "32MiB",
            description = "Memory for changes encoded for subscribers and on their way to them. Rows that have changed "
                    + "since a slow one's last step count under streams.memory-max. Default: ${DEFAULT-VALUE}")
    ByteSize subscriptionsMemoryMax();

    @Option(
            names = "--waits.max",
            paramLabel = "COUNT",
            defaultValue = "1024",
            description = "Calls that may wait at once for a table to become complete. Default: ${DEFAULT-VALUE}")
    int waitsMax();

    @Option(
            names = "--poll.wait",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long a repeated PollFlightInfo is held back while there is no other answer. "
                    + "Default: ${DEFAULT-VALUE}")
    Duration pollWait();

    @Option(
            names = "--http.streams-max",
            paramLabel = "COUNT",
            defaultValue = "8",
            description = "Tables that may be read at once over HTTP, each by a thread. Default: ${DEFAULT-VALUE}")
    int httpStreamsMax();

    @Option(
            names = "--ticket.keys",
            paramLabel = "FILE",
            description =
                    "Keys that sign tickets, one a line in Base64; the first signs, all are believed. Servers with "
                            + "the same file take each other's tickets. Default: a key of its own, made in data.dir")
    @Nullable
    Path ticketKeys();

    @Option(
            names = "--ticket.lifetime",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description = "How long a ticket is good for. Default: ${DEFAULT-VALUE}")
    Duration ticketLifetime();

    @Option(
            names = "--tls.certificate",
            paramLabel = "FILE",
            description =
                    "Certificate chain of the server in PEM, for both ports. It may be replaced while the server runs.")
    @Nullable
    Path tlsCertificate();

    @Option(
            names = "--tls.key",
            paramLabel = "FILE",
            description = "Private key of the certificate: PEM, PKCS #8, not encrypted.")
    @Nullable
    Path tlsKey();

    @Option(
            names = "--tls.client-ca",
            paramLabel = "FILE",
            description = "Certificates in PEM that sign those of clients. With it every client must show one.")
    @Nullable
    Path tlsClientCa();

    @Option(
            names = "--plaintext.allowed",
            paramLabel = "TRUE|FALSE",
            arity = "1",
            defaultValue = "false",
            description = "Whether to listen beyond this machine without TLS, because something in front encrypts. "
                    + "Default: ${DEFAULT-VALUE}")
    boolean plaintextAllowed();

    @Option(
            names = "--auth.principals",
            paramLabel = "FILE",
            description = "Who may do and see what, as docs/security.md describes. Read again when it changes.")
    @Nullable
    Path authPrincipals();

    @Option(
            names = "--jwt.issuer",
            paramLabel = "ISSUER",
            description = "Whose JWTs are believed: their 'iss'. Takes jwt.audience and jwt.keys-file or jwt.keys-url.")
    @Nullable
    String jwtIssuer();

    @Option(
            names = "--jwt.audience",
            paramLabel = "AUDIENCE",
            description = "What must be in the 'aud' of a JWT, so that tokens for other services do not count here.")
    @Nullable
    String jwtAudience();

    @Option(
            names = "--jwt.keys-file",
            paramLabel = "FILE",
            description = "The issuer's public keys as a JSON Web Key Set. Read again when it changes.")
    @Nullable
    Path jwtKeysFile();

    @Option(
            names = "--jwt.keys-url",
            paramLabel = "URL",
            description = "Where the issuer publishes its JSON Web Key Set: https, or http on this machine.")
    @Nullable
    URI jwtKeysUrl();

    @Option(
            names = "--jwt.roles-claim",
            paramLabel = "CLAIM",
            defaultValue = "clickstream_roles",
            description = "Claim of a JWT that lists roles: reader, writer, replica, admin. Default: ${DEFAULT-VALUE}")
    String jwtRolesClaim();

    @Option(
            names = "--jwt.sites-claim",
            paramLabel = "CLAIM",
            defaultValue = "clickstream_sites",
            description = "Claim of a JWT that lists sites; * for all. Default: ${DEFAULT-VALUE}")
    String jwtSitesClaim();

    @Option(
            names = "--jwt.clock-skew",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "How far the issuer's clock may be from ours. Default: ${DEFAULT-VALUE}")
    Duration jwtClockSkew();

    @Option(
            names = "--quota.streams",
            paramLabel = "COUNT",
            defaultValue = "16",
            description = "Tables that one principal may be reading at once, unless its entry says otherwise. "
                    + "Default: ${DEFAULT-VALUE}")
    int quotaStreams();

    @Option(
            names = "--quota.bytes-per-second",
            paramLabel = "SIZE",
            description = "Rows that are sent to one principal in a second, unless its entry says otherwise. "
                    + "Default: as many as it takes")
    @Nullable
    ByteSize quotaBytesPerSecond();

    @Option(
            names = "--quota.memory-max",
            paramLabel = "SIZE",
            description =
                    "Memory of batches on their way to one principal, by its reads and as much by its subscriptions, "
                            + "unless its entry says otherwise; at least 8MiB. Default: up to streams.memory-max and "
                            + "subscriptions.memory-max")
    @Nullable
    ByteSize quotaMemoryMax();

    @Option(
            names = "--quota.request-bytes",
            paramLabel = "SIZE",
            defaultValue = "64KiB",
            description = "Size of one command, URL or action of a principal, unless its entry says otherwise. "
                    + "Default: ${DEFAULT-VALUE}")
    ByteSize quotaRequestBytes();

    @Option(
            names = "--metrics.open",
            paramLabel = "TRUE|FALSE",
            arity = "1",
            defaultValue = "false",
            description = "Whether /metrics answers without a token; it tells the names and sizes of all tables. "
                    + "Default: ${DEFAULT-VALUE}")
    boolean metricsOpen();

    @Option(
            names = "--log.checkpoint-bytes",
            paramLabel = "SIZE",
            defaultValue = "128MiB",
            description = "Size of the log at which all tables are written to a checkpoint and the log begins anew. "
                    + "Default: ${DEFAULT-VALUE}")
    ByteSize logCheckpointBytes();

    @Option(
            names = "--followers.max",
            paramLabel = "COUNT",
            defaultValue = "8",
            description = "Replicas that may follow this server at once. Default: ${DEFAULT-VALUE}")
    int followersMax();

    @Option(
            names = "--follow",
            paramLabel = "URI",
            description =
                    "Be a replica of the Flight server at grpc://HOST:PORT or grpc+tls://HOST:PORT: the same tables, "
                            + "to read only. Takes the leader's ticket.keys. docs/replicas.md describes it.")
    @Nullable
    String follow();

    @Option(
            names = "--follow.max-staleness",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description =
                    "How long a replica may be behind its leader before /health/ready says no; it is read from all the "
                            + "same. Default: ${DEFAULT-VALUE}")
    Duration followMaxStaleness();

    @Option(
            names = "--follow.token-file",
            paramLabel = "FILE",
            description = "File with the token that the leader knows the replica by; read anew for each connection.")
    @Nullable
    Path followTokenFile();

    @Option(
            names = "--follow.tls.ca",
            paramLabel = "FILE",
            description = "Certificates in PEM that the leader's must come from. Default: those the JVM trusts")
    @Nullable
    Path followTlsCa();

    @Option(
            names = "--follow.tls.certificate",
            paramLabel = "FILE",
            description = "The replica's own certificate in PEM, for a leader that asks for one.")
    @Nullable
    Path followTlsCertificate();

    @Option(
            names = "--follow.tls.key",
            paramLabel = "FILE",
            description = "Private key of that certificate: PEM, PKCS #8, not encrypted.")
    @Nullable
    Path followTlsKey();

    @Option(
            names = "--shutdown.timeout",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long a stopping server waits for calls under way. Default: ${DEFAULT-VALUE}")
    Duration shutdownTimeout();

    private static void check(FlightServerOptions options, Mistakes wrong) {
        wrong.require(!options.bindHost().isBlank(), "bind.host", "is empty. Use 127.0.0.1, or 0.0.0.0 for all");
        checkPort(options.flightPort(), "flight.port", wrong);
        checkPort(options.httpPort(), "http.port", wrong);
        wrong.require(
                options.httpPort() != options.flightPort() || options.httpPort() == 0,
                "http.port",
                "is the same as flight.port. Give each a port of its own");
        AccessChecks.check(options, wrong);
        FollowChecks.check(options, wrong);
        atLeast(options.memoryMax(), 1 << 20, "memory.max", wrong);
        atLeast(options.streamsMemoryMax(), 16 << 20, "streams.memory-max", wrong);
        atLeast(options.putMaxBytes(), 64 << 10, "put.max-bytes", wrong);
        wrong.require(
                options.putMaxBytes().bytes() <= 512 << 20,
                "put.max-bytes",
                "is more than 512MiB. Let clients send smaller batches");
        atLeast(options.headersMaxBytes(), 1 << 10, "headers.max-bytes", wrong);
        atLeast(options.logCheckpointBytes(), 64 << 10, "log.checkpoint-bytes", wrong);
        wrong.require(
                options.epochsKept() >= 1 && options.epochsKept() <= 1000, "epochs.kept", "must be between 1 and 1000");
        wrong.require(options.putsMax() > 0, "puts.max", "must be 1 or more");
        wrong.require(options.streamsMax() > 0, "streams.max", "must be 1 or more");
        wrong.require(
                options.httpStreamsMax() > 0 && options.httpStreamsMax() <= 256,
                "http.streams-max",
                "must be 1 to 256");
        wrong.require(options.subscriptionsMax() > 0, "subscriptions.max", "must be 1 or more");
        wrong.require(
                !options.subscriptionsInterval().isNegative()
                        && options.subscriptionsInterval().compareTo(Duration.ofMinutes(1)) <= 0,
                "subscriptions.interval",
                "must be between 0s and 1m");
        wrong.require(
                options.subscriptionsKeepAlive().compareTo(Duration.ofMillis(100)) >= 0
                        && options.subscriptionsKeepAlive().compareTo(Duration.ofMinutes(10)) <= 0,
                "subscriptions.keep-alive",
                "must be between 100ms and 10m");
        atLeast(options.subscriptionsMemoryMax(), 16 << 20, "subscriptions.memory-max", wrong);
        wrong.require(options.waitsMax() > 0, "waits.max", "must be 1 or more");
        wrong.require(
                !options.pollWait().isNegative() && options.pollWait().compareTo(Duration.ofMinutes(10)) <= 0,
                "poll.wait",
                "must be between 0s and 10m");
        wrong.require(
                options.ticketLifetime().compareTo(Duration.ofSeconds(1)) >= 0
                        && options.ticketLifetime().compareTo(Duration.ofDays(30)) <= 0,
                "ticket.lifetime",
                "must be between 1s and 30d");
        wrong.require(
                options.tableRetention().compareTo(Duration.ofHours(1)) >= 0,
                "table.retention",
                "is less than an hour, the size of a window. Use for example 24h");
        wrong.require(
                options.shutdownTimeout().compareTo(Duration.ofSeconds(1)) >= 0
                        && options.shutdownTimeout().compareTo(Duration.ofMinutes(10)) <= 0,
                "shutdown.timeout",
                "must be between 1s and 10m");
        long available = PlatformDependent.maxDirectMemory();
        long states = options.follow() == null ? 1 : 2; // a replica takes a new state beside the one it has
        long needed = states * options.memoryMax().bytes()
                + 2 * options.streamsMemoryMax().bytes()
                + options.subscriptionsMemoryMax().bytes()
                + options.putMaxBytes().bytes() * 4;
        wrong.require(
                needed <= available,
                "memory.max",
                ("needs, %swith streams.memory-max twice, subscriptions.memory-max and put.max-bytes four times, %d MiB of "
                                        + "direct memory, but this JVM ")
                                .formatted(states == 1 ? "" : "twice for a replica, and ", needed >> 20)
                        + "may use %d MiB. Start it with -XX:MaxDirectMemorySize=%dm, or lower these options"
                                .formatted(available >> 20, (needed >> 20) + 64));
    }

    private static void checkPort(int port, String option, Mistakes wrong) {
        wrong.require(port >= 0 && port <= 65535, option, "must be 0 to 65535");
    }

    private static void atLeast(ByteSize size, long least, String option, Mistakes wrong) {
        wrong.require(size.bytes() >= least, option, "is too small. Use at least " + new ByteSize(least));
    }
}

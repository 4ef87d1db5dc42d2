package io.openclickstream.flight;

import io.openclickstream.flight.access.Jwts;
import io.openclickstream.flight.access.Quota;
import io.openclickstream.flight.log.DataFolder;
import io.openclickstream.flight.server.AccessSettings;
import io.openclickstream.flight.server.CannotStart;
import io.openclickstream.flight.server.Service;
import io.openclickstream.flight.server.SubscriptionSettings;
import io.openclickstream.flight.store.LiveStore;
import java.io.IOException;
import java.nio.Buffer;

/** A running Flight server. A test starts one on ports 0 and asks for those it got. */
public final class FlightServer implements AutoCloseable {
    private final Service service;

    private FlightServer(Service service) {
        this.service = service;
    }

    /**
     * Recovers the tables and begins to serve them; when it returns, calls are answered.
     *
     * @throws IOException when it cannot; the message is for the person who started it and says what to do
     */
    public static FlightServer start(FlightServerOptions options) throws IOException {
        requireOpenModule();
        Service service = new Service(settings(options));
        try {
            service.listen(DataFolder.open(
                    options.dataDir(), "process " + ProcessHandle.current().pid()));
            return new FlightServer(service);
        } catch (IOException | RuntimeException | Error e) {
            service.close();
            throw e;
        }
    }

    /** The port that Flight calls are answered on. */
    public int port() {
        return service.port();
    }

    /** The port of HTTP: live page, tables, health and metrics. */
    public int httpPort() {
        return service.httpPort();
    }

    /** Answers the calls under way for a bounded time, then stops. What was acknowledged is on disk already. */
    @Override
    public void close() {
        service.close();
    }

    private static void requireOpenModule() throws CannotStart {
        if (!Buffer.class.getModule().isOpen("java.nio", FlightServer.class.getModule())) {
            throw new CannotStart("Cannot start the Flight server: Arrow needs the JVM flag "
                    + "--add-opens=java.base/java.nio=ALL-UNNAMED. Start it with java @jvm.options, the file at the root of "
                    + "the project that names every flag.");
        }
    }

    private static Service.Settings settings(FlightServerOptions options) {
        var limits = new LiveStore.Limits(
                options.memoryMax().bytes(),
                options.tableRetention(),
                options.epochsKept(),
                options.logCheckpointBytes().bytes(),
                options.putMaxBytes().bytes() * 4);
        return new Service.Settings(
                options.bindHost(),
                options.flightPort(),
                options.httpPort(),
                limits,
                options.putMaxBytes().bytesAsInt(),
                options.putsMax(),
                options.headersMaxBytes().bytesAsInt(),
                options.streamsMax(),
                options.streamsMemoryMax().bytes(),
                new SubscriptionSettings(
                        options.subscriptionsMax(),
                        options.subscriptionsInterval(),
                        options.subscriptionsKeepAlive(),
                        options.subscriptionsMemoryMax().bytes()),
                options.waitsMax(),
                options.pollWait(),
                options.httpStreamsMax(),
                options.ticketKeys(),
                options.ticketLifetime(),
                access(options),
                options.followersMax(),
                FollowChecks.settings(options),
                options.shutdownTimeout());
    }

    private static AccessSettings access(FlightServerOptions options) {
        var quota = new Quota(
                options.quotaStreams(),
                options.quotaBytesPerSecond() == null
                        ? Long.MAX_VALUE
                        : options.quotaBytesPerSecond().bytes(),
                options.quotaMemoryMax() == null
                        ? Long.MAX_VALUE
                        : options.quotaMemoryMax().bytes(),
                options.quotaRequestBytes().bytesAsInt());
        return new AccessSettings(
                options.authPrincipals(),
                options.jwtIssuer() == null || options.jwtAudience() == null
                        ? null
                        : new Jwts.Trust(
                                options.jwtIssuer(),
                                options.jwtAudience(),
                                options.jwtRolesClaim(),
                                options.jwtSitesClaim(),
                                options.jwtClockSkew()),
                options.jwtKeysFile(),
                options.jwtKeysUrl(),
                quota,
                options.tlsCertificate() == null || options.tlsKey() == null
                        ? null
                        : new AccessSettings.TlsSettings(
                                options.tlsCertificate(), options.tlsKey(), options.tlsClientCa()),
                options.metricsOpen());
    }
}

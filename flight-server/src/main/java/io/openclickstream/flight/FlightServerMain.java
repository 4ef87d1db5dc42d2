package io.openclickstream.flight;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the Flight server as a process of its own; it runs until it is asked to stop (SIGTERM, Ctrl-C). */
public final class FlightServerMain {
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

    /** gRPC logs a stack trace whenever a client leaves early. Held, because a logger nobody holds forgets its level. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    private FlightServerMain() {}

    public static void main(String[] args) throws Exception {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(LOG_CONFIGURATION, "classpath:flight-server-log4j2.properties");
        }
        GRPC.setLevel(Level.SEVERE);
        int exitCode = FlightServerOptions.PROGRAM.run(args, System.getenv(), FlightServerMain::run);
        System.exit(exitCode);
    }

    private static int run(FlightServerOptions options) throws InterruptedException {
        FlightServer server;
        try {
            server = FlightServer.start(options);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
        System.out.printf(
                "Flight server: tables at grpc%5$s://%1$s:%2$d, live page, tables, health and metrics at http%6$s://%1$s:%3$d, data in %4$s%n",
                options.bindHost(),
                server.port(),
                server.httpPort(),
                options.dataDir().toAbsolutePath().normalize(),
                options.tlsCertificate() == null ? "" : "+tls",
                options.tlsCertificate() == null ? "" : "s");
        new CountDownLatch(1).await(); // the shutdown hook ends the process
        return 0;
    }
}

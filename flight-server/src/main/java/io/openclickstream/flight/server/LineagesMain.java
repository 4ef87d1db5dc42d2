package io.openclickstream.flight.server;

import io.openclickstream.schemas.live.LiveActions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Lists the lineages of a running Flight server, one JSON object a line, after promoting one of them if asked to. */
public final class LineagesMain {
    private static final int ANSWER_SECONDS = 30;

    private LineagesMain() {}

    public static void main(String[] args) throws Exception {
        System.exit(LineagesOptions.PROGRAM.run(args, System.getenv(), LineagesMain::run));
    }

    private static int run(LineagesOptions options) throws InterruptedException {
        URI uri = URI.create(options.liveUri());
        try (BufferAllocator allocator = new RootAllocator();
                FlightClient client =
                        FlightClient.builder(allocator, new Location(uri)).build()) {
            if (!options.promote().isBlank()) {
                byte[] lineage = options.promote().getBytes(StandardCharsets.UTF_8);
                act(client, new Action(LiveActions.PROMOTE, lineage)).forEachRemaining(answer -> {});
            }
            act(client, new Action(LiveActions.LINEAGES))
                    .forEachRemaining(
                            answer -> System.out.println(new String(answer.getBody(), StandardCharsets.UTF_8)));
            return 0;
        } catch (FlightRuntimeException e) {
            System.err.printf(
                    e.status().code() == FlightStatusCode.UNAVAILABLE
                            ? "The Flight server at %s does not answer (%s). Start it, or give its address with --live.uri.%n"
                            : "The Flight server at %s did not do it: %s%n",
                    uri,
                    e.getMessage());
            return 1;
        }
    }

    private static Iterator<Result> act(FlightClient client, Action action) {
        return client.doAction(action, CallOptions.timeout(ANSWER_SECONDS, TimeUnit.SECONDS));
    }
}

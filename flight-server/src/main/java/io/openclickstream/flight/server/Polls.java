package io.openclickstream.flight.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.read.CommandJson;
import io.openclickstream.flight.read.ReadCommand;
import io.openclickstream.flight.table.Refused;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.flight.FlightDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * The first PollFlightInfo is answered at once, those after it when there is another answer. They are told apart by the
 * descriptor: the first answer gives one with {@code "poll": "again"} in its command.
 */
final class Polls {
    private static final String FIELD = "poll";
    private static final String AGAIN = "again";

    private Polls() {}

    /** The descriptor to go on with. */
    static FlightDescriptor next(ReadCommand command) {
        ObjectNode json = CommandJson.write(command).put(FIELD, AGAIN);
        return FlightDescriptor.command(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What a repeated poll asks for; null when it is the first one, or none.
     *
     * @throws Refused INVALID when it is no command
     */
    static @Nullable ReadCommand again(byte[] command, Principal principal) throws Refused {
        if (command.length == 0) {
            return null;
        }
        principal.checkRequest(command.length, "command");
        ObjectNode json = CommandJson.object(command);
        if (!AGAIN.equals(json.path(FIELD).textValue())) {
            return null;
        }
        json.remove(FIELD);
        return CommandJson.command(json);
    }
}

package io.openclickstream.flight.server;

import io.openclickstream.flight.table.Refused;
import java.util.UUID;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told when a call fails: a status and a sentence, never a stack trace. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    /** The answer to a call that failed with this; what we did not expect is logged under a number the client gets. */
    static FlightRuntimeException to(Throwable failure, String call) {
        if (failure instanceof Refused refused) {
            return status(refused.reason())
                    .withDescription(refused.getMessage())
                    .toRuntimeException();
        }
        if (failure instanceof FlightRuntimeException known
                && known.status().code() != FlightStatusCode.UNKNOWN
                && known.status().code() != FlightStatusCode.INTERNAL) {
            return new CallStatus(known.status().code())
                    .withDescription(Shown.text(String.valueOf(known.status().description())))
                    .toRuntimeException();
        }
        String number = UUID.randomUUID().toString();
        LOG.atError()
                .addKeyValue("call", call)
                .addKeyValue("number", number)
                .setCause(failure)
                .log("a call failed unexpectedly");
        return CallStatus.INTERNAL
                .withDescription("The server could not answer %s. Its log says why, under %s.".formatted(call, number))
                .toRuntimeException();
    }

    /** The answer to a put whose bytes could not be read as Arrow. */
    static FlightRuntimeException unreadable(Throwable failure) {
        return CallStatus.INVALID_ARGUMENT
                .withDescription("Cannot read this put: %s. Send an uncompressed Arrow stream with the table's schema."
                        .formatted(Shown.text(String.valueOf(failure.getMessage()))))
                .toRuntimeException();
    }

    private static CallStatus status(Refused.Reason reason) {
        return switch (reason) {
            case INVALID -> CallStatus.INVALID_ARGUMENT;
            case UNKNOWN_TABLE -> CallStatus.NOT_FOUND;
            case FENCED -> CallStatus.ALREADY_EXISTS;
            case NO_ROOM -> CallStatus.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> CallStatus.UNAVAILABLE;
        };
    }
}

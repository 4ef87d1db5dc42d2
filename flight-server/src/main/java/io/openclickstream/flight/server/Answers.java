package io.openclickstream.flight.server;

import io.grpc.Status;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Shown;
import java.util.Set;
import java.util.UUID;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told when a call fails: a status and a sentence, never a stack trace. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private static final String OURS = "The server could not answer";

    /** What gRPC itself says to a client that sends none or several where it takes one. */
    private static final Set<String> NOT_ONE_REQUEST = Set.of("Half-closed without a request", "Too many requests");

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
        if (Status.fromThrowable(failure).getCode() == Status.Code.CANCELLED) { // from gRPC, of a client that has gone
            LOG.atInfo().addKeyValue("call", call).log("a client left before it was answered");
            return CallStatus.CANCELLED.withDescription("The client has left.").toRuntimeException();
        }
        String number = number(failure, call);
        return CallStatus.INTERNAL
                .withDescription("%s %s. Its log says why, under %s.".formatted(OURS, call, number))
                .toRuntimeException();
    }

    /** Logs a failure that was not expected, and gives the number it is logged under. */
    static String number(Throwable failure, String call) {
        String number = UUID.randomUUID().toString();
        LOG.atError()
                .addKeyValue("call", call)
                .addKeyValue("number", number)
                .setCause(failure)
                .log("a call failed unexpectedly");
        return number;
    }

    /** The status of a refusal over HTTP. */
    static int httpStatus(Refused refused) {
        return switch (refused.reason()) {
            case INVALID -> 400;
            case NOT_SIGNED_IN -> 401;
            case NOT_ALLOWED -> 403;
            case UNKNOWN_TABLE -> 404;
            case FENCED -> 409;
            case NO_ROOM -> 429;
            case UNAVAILABLE -> 503;
        };
    }

    /** The answer to a put whose bytes could not be read as Arrow. */
    static FlightRuntimeException unreadable(Throwable failure) {
        return CallStatus.INVALID_ARGUMENT
                .withDescription("Cannot read this put: %s. Send an uncompressed Arrow stream with the table's schema."
                        .formatted(Shown.text(String.valueOf(failure.getMessage()))))
                .toRuntimeException();
    }

    /** The status of a refusal, for a call that Flight has not seen. */
    static Status grpcStatus(Refused refused) {
        Status status =
                switch (refused.reason()) {
                    case INVALID -> Status.INVALID_ARGUMENT;
                    case UNKNOWN_TABLE -> Status.NOT_FOUND;
                    case FENCED -> Status.ALREADY_EXISTS;
                    case NOT_SIGNED_IN -> Status.UNAUTHENTICATED;
                    case NOT_ALLOWED -> Status.PERMISSION_DENIED;
                    case NO_ROOM -> Status.RESOURCE_EXHAUSTED;
                    case UNAVAILABLE -> Status.UNAVAILABLE;
                };
        return status.withDescription(refused.getMessage());
    }

    /** The same status; one that we did not make ourselves loses its text, which may tell of our insides. */
    static Status withoutInsides(Status status) {
        boolean unexpected = status.getCode() == Status.Code.UNKNOWN || status.getCode() == Status.Code.INTERNAL;
        String text = status.getDescription();
        if (!unexpected || (text != null && text.startsWith(OURS))) {
            return status;
        }
        if (text != null && NOT_ONE_REQUEST.contains(text)) {
            LOG.atInfo().addKeyValue("reason", text).log("a client did not send one request");
            return Status.INVALID_ARGUMENT.withDescription(
                    "This call takes one request; the client sent none, or several.");
        }
        String number = number(status.asRuntimeException(), "a call");
        return Status.INTERNAL.withDescription(OURS + " this call. Its log says why, under " + number + ".");
    }

    private static CallStatus status(Refused.Reason reason) {
        return switch (reason) {
            case INVALID -> CallStatus.INVALID_ARGUMENT;
            case UNKNOWN_TABLE -> CallStatus.NOT_FOUND;
            case FENCED -> CallStatus.ALREADY_EXISTS;
            case NOT_SIGNED_IN -> CallStatus.UNAUTHENTICATED;
            case NOT_ALLOWED -> CallStatus.UNAUTHORIZED;
            case NO_ROOM -> CallStatus.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> CallStatus.UNAVAILABLE;
        };
    }
}

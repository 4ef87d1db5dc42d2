package io.openclickstream.pipeline.sink.live;

import java.util.concurrent.ExecutionException;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightRuntimeException;

/** Makes one kind of exception out of the several in which a Flight call can fail. */
final class FlightStatusCodes {
    private FlightStatusCodes() {}

    static FlightRuntimeException unavailable(String description) {
        return CallStatus.UNAVAILABLE.withDescription(description).toRuntimeException();
    }

    static FlightRuntimeException of(ExecutionException e) {
        return e.getCause() instanceof FlightRuntimeException flight
                ? flight
                : CallStatus.UNAVAILABLE
                        .withDescription(String.valueOf(e.getCause()))
                        .withCause(e)
                        .toRuntimeException();
    }
}

package io.openclickstream.flight.server;

import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.read.ReadCommand;
import io.openclickstream.flight.table.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.arrow.flight.impl.Flight;
import org.jspecify.annotations.Nullable;

/**
 * Holds a repeated PollFlightInfo back until there is another answer than last time, or it has waited long enough; then it
 * is answered as any other. Flight's own interface takes the answer as a method's result, so a thread would have to wait
 * in it; in front of it nothing waits but the message.
 */
final class PollWait implements ServerInterceptor {
    private static final String METHOD = "PollFlightInfo";

    private final Waits waits;
    private final Duration longest;
    private final InstantSource clock;
    private final ServerMetrics metrics;

    PollWait(Waits waits, Duration longest, InstantSource clock, ServerMetrics metrics) {
        this.waits = waits;
        this.longest = longest;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        ServerCall.Listener<Q> answering = next.startCall(call, headers);
        return METHOD.equals(call.getMethodDescriptor().getBareMethodName()) ? new Held<>(call, answering) : answering;
    }

    /** A poll: what it asks for is passed on, that it has asked only after the wait. */
    private final class Held<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, A> call;
        private final Context context = Context.current();
        private @Nullable Q asked;
        private boolean over;

        Held(ServerCall<Q, A> call, ServerCall.Listener<Q> answering) {
            super(answering);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            asked = message;
            super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
            try {
                Instant now = clock.instant();
                Waits.Wait wait = wait(now);
                if (wait == null) {
                    goOn();
                } else {
                    hold(wait, now);
                }
            } catch (Refused e) {
                refuse(e);
            }
        }

        @Override
        public void onCancel() {
            synchronized (this) {
                over = true;
            }
            super.onCancel();
        }

        private void hold(Waits.Wait wait, Instant now) {
            try {
                waits.add(wait, now);
            } catch (Refused e) { // as many wait as may: it is told how it is, and asks again
                goOn();
            }
        }

        /** What this poll waits for; null when it is to be answered at once. */
        private Waits.@Nullable Wait wait(Instant now) throws Refused {
            if (!(asked instanceof Flight.FlightDescriptor message)) {
                return null;
            }
            Principal principal = Caller.principal();
            ReadCommand command = Polls.again(message.getCmd().toByteArray(), principal);
            Long through = command == null ? null : command.completeThroughMillis();
            if (command == null || through == null) {
                return null;
            }
            return new Waits.Wait(
                    command.tableView(),
                    through,
                    principal,
                    now.plus(longest),
                    call::isCancelled,
                    complete -> goOn(),
                    this::refuse);
        }

        private void goOn() {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            context.run(super::onHalfClose);
        }

        private void refuse(Refused why) {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            metrics.refused(why.reason());
            call.close(Answers.grpcStatus(why), new Metadata());
        }
    }
}

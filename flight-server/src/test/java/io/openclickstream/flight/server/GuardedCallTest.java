package io.openclickstream.flight.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/**
 * Whoever answers a call learns exactly once how it is over, whichever of the threads concerned comes first, and when it
 * may send.
 */
class GuardedCallTest {
    private final List<String> heard = new ArrayList<>();
    private final QuickCall call = new QuickCall();
    private final GuardedCall<String, String> guarded =
            new GuardedCall<>(call, Principal.LOCAL, new Credential(null, null));

    @Test
    void whoAnswersIsCancelledThoughTheEndReachesTheClientFirst() {
        call.toTransport = guarded.listeningWith(new Answering(), () -> heard.add("over"));
        guarded.end(Refused.notSignedIn("gone"));
        assertThat(call.status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(heard).containsExactly("over", "cancelled");
    }

    @Test
    void whoAnswersLateIsCancelledToo() {
        guarded.end(Refused.notSignedIn("gone"));
        guarded.listeningWith(new Answering(), () -> heard.add("over"));
        assertThat(heard).containsExactly("cancelled");
    }

    /** Netty refuses whatever is to be done for a connection whose thread has ended. */
    @Test
    void whoAnswersIsCancelledThoughTheConnectionIsGone() {
        guarded.listeningWith(new Answering(), () -> heard.add("over"));
        call.isGone = true;
        guarded.end(Refused.notSignedIn("gone"));
        assertThat(heard).contains("cancelled");
    }

    @Test
    void anAnswerThatIsSentIsComplete() {
        call.toTransport = guarded.listeningWith(new Answering(), () -> heard.add("over"));
        guarded.close(Status.OK, new Metadata());
        guarded.end(Refused.notSignedIn("gone"));
        assertThat(call.status).isEqualTo(Status.OK);
        assertThat(heard).containsExactly("over", "complete");
    }

    @Test
    void whoSendsOneAtATimeIsReadyOnlyWhenAllIsTakenAndIsToldOnlyAfterANo() {
        guarded.setOnReadyThreshold(1 << 20); // as Flight does
        call.waitingBytes = 100;
        assertThat(guarded.isReady()).as("of a call like any other").isTrue();
        guarded.sendOneAtATime();
        assertThat(guarded.isReady()).isFalse();
        assertThat(call.tellsWhenTaken()).isTrue();
        call.waitingBytes = 0;
        assertThat(guarded.isReady()).isTrue();
        call.waitingBytes = 100;
        assertThat(call.tellsWhenTaken())
                .as("the next message, which nobody has asked about")
                .isFalse();
        assertThat(guarded.isReady()).isFalse();
        assertThat(call.tellsWhenTaken()).isTrue();
    }

    private final class Answering extends ServerCall.Listener<String> {
        @Override
        public void onCancel() {
            heard.add("cancelled");
        }

        @Override
        public void onComplete() {
            heard.add("complete");
        }
    }

    /** A call whose client has its status before {@code close} returns. */
    private static final class QuickCall extends ServerCall<String, String> {
        private ServerCall.Listener<String> toTransport = new Listener<>() {};
        private Status status;
        private boolean isGone;
        private int waitingBytes;
        private int readyBelowBytes = 32 << 10;

        /** Whether it becomes ready, which gRPC tells, when its client takes what waits. */
        private boolean tellsWhenTaken() {
            return waitingBytes >= readyBelowBytes;
        }

        @Override
        public void setOnReadyThreshold(int bytes) {
            readyBelowBytes = bytes;
        }

        @Override
        public boolean isReady() {
            return waitingBytes < readyBelowBytes;
        }

        @Override
        public void close(Status with, Metadata trailers) {
            if (isGone) {
                throw new RejectedExecutionException("event executor terminated");
            }
            status = with;
            toTransport.onComplete();
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(String message) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<String, String> getMethodDescriptor() {
            throw new UnsupportedOperationException("nobody asks for it");
        }
    }
}

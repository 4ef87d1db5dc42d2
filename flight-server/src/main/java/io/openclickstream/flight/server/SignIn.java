package io.openclickstream.flight.server;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Doorkeeper;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Lets Flight calls in by what they show, before anything of them is read, and keeps them among those that run. */
final class SignIn implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Doorkeeper doorkeeper;
    private final RunningCalls running;
    private final ServerMetrics metrics;
    private final InstantSource clock;

    SignIn(Doorkeeper doorkeeper, RunningCalls running, ServerMetrics metrics, InstantSource clock) {
        this.doorkeeper = doorkeeper;
        this.running = running;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Credential credential = Credential.of(
                headers.get(AUTHORIZATION), certificate(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
        Principal principal;
        try {
            principal = doorkeeper.admit(credential, clock.instant());
        } catch (Refused e) {
            metrics.refused(e.reason());
            call.close(Answers.grpcStatus(e), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        GuardedCall<Q, A> guarded = new GuardedCall<>(call, principal, credential);
        running.add(guarded);
        try {
            return guarded.listeningWith(
                    Contexts.interceptCall(Caller.in(Context.current(), guarded), guarded, headers, next),
                    () -> running.remove(guarded));
        } catch (RuntimeException | Error e) {
            running.remove(guarded);
            throw e;
        }
    }

    static @Nullable X509Certificate certificate(@Nullable SSLSession session) {
        if (session == null) {
            return null;
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }
}

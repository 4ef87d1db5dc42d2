package io.openclickstream.flight.server;

import io.grpc.Context;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;
import org.jspecify.annotations.Nullable;

/** The Flight call that is being answered, and who makes it. */
final class Caller {
    private static final Context.Key<GuardedCall<?, ?>> KEY = Context.key("clickstream-call");

    private Caller() {}

    static Context in(Context context, GuardedCall<?, ?> call) {
        return context.withValue(KEY, call);
    }

    /**
     * The principal of the call this thread works on.
     *
     * @throws Refused NOT_SIGNED_IN when nobody has been let in
     */
    static Principal principal() throws Refused {
        return call().principal();
    }

    /**
     * The call this thread works on.
     *
     * @throws Refused NOT_SIGNED_IN when nobody has been let in
     */
    static GuardedCall<?, ?> call() throws Refused {
        @Nullable GuardedCall<?, ?> call = KEY.get();
        if (call == null) {
            throw Refused.notSignedIn("Nobody has signed in for this call.");
        }
        return call;
    }
}

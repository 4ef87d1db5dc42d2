package io.openclickstream.flight.server;

import io.grpc.Context;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;
import org.jspecify.annotations.Nullable;

/** Who makes the Flight call that is being answered. */
final class Caller {
    private static final Context.Key<Principal> KEY = Context.key("clickstream-principal");

    private Caller() {}

    static Context in(Context context, Principal principal) {
        return context.withValue(KEY, principal);
    }

    /**
     * The principal of the call this thread works on.
     *
     * @throws Refused NOT_SIGNED_IN when nobody has been let in
     */
    static Principal principal() throws Refused {
        @Nullable Principal principal = KEY.get();
        if (principal == null) {
            throw Refused.notSignedIn("Nobody has signed in for this call.");
        }
        return principal;
    }
}

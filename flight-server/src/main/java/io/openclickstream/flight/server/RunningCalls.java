package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Doorkeeper;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The calls under way, over Flight and HTTP. Each is ended when what it signed in with no longer lets it do what it does. */
final class RunningCalls {
    private final Set<Guest> calls = ConcurrentHashMap.newKeySet();

    void add(Guest call) {
        calls.add(call);
    }

    void remove(Guest call) {
        calls.remove(call);
    }

    int count() {
        return calls.size();
    }

    /** Ends the calls of those whose time is over. Asks nobody, and so does not wait for an issuer that does not answer. */
    void endExpired(ServerMetrics metrics, Instant now) {
        for (Guest call : calls) {
            if (call.principal().hasEnded(now)) {
                metrics.callEnded();
                call.end(expired(call.principal()));
            }
        }
    }

    /** Ends the calls of those who would no longer be let in, or as somebody who may do other things. */
    void recheck(Doorkeeper doorkeeper, ServerMetrics metrics, Instant now) {
        for (Guest call : calls) {
            Refused why = whyNotAnyMore(call.principal(), call.credential(), doorkeeper, now);
            if (why != null) {
                metrics.callEnded();
                call.end(why);
            }
        }
    }

    /** Ends all of them. */
    void endAll(Refused why) {
        calls.forEach(call -> call.end(why));
    }

    /** Why somebody who was let in must leave; null when they may stay. */
    static @Nullable Refused whyNotAnyMore(
            Principal admitted, Credential credential, Doorkeeper doorkeeper, Instant now) {
        if (admitted.hasEnded(now)) {
            return expired(admitted);
        }
        Principal anew;
        try {
            anew = doorkeeper.admit(credential, now);
        } catch (Refused e) {
            // Not knowing is no reason: keys that cannot be fetched for a moment would end everything.
            return e.reason() == Refused.Reason.UNAVAILABLE ? null : e;
        }
        boolean same = anew.name().equals(admitted.name())
                && anew.roles().equals(admitted.roles())
                && anew.sites().equals(admitted.sites());
        return same
                ? null
                : Refused.notSignedIn("What '%s' may do or see has changed. Sign in again.", admitted.name());
    }

    private static Refused expired(Principal principal) {
        return Refused.notSignedIn("The token or certificate of '%s' has expired. Sign in again.", principal.name());
    }
}

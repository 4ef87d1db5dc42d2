package io.openclickstream.flight.access;

import io.openclickstream.flight.table.Refused;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is known here.
 *
 * @param name shown in errors and logs, and part of tickets
 * @param until when what they signed in with ends; null for never
 */
public record Principal(
        String name,
        Set<Role> roles,
        Sites sites,
        Quota quota,
        @Nullable Instant until) {
    /** Whoever asks a server that listens to its own machine only and knows nobody. */
    public static final Principal LOCAL = new Principal("local", Set.of(Role.ADMIN), Sites.ALL, Quota.NONE, null);

    public Principal {
        roles = Set.copyOf(roles);
    }

    /** Whether they have the role, as an admin always does. */
    public boolean is(Role role) {
        return roles.contains(role) || roles.contains(Role.ADMIN);
    }

    /**
     * Lets only those pass who have the role.
     *
     * @throws Refused NOT_ALLOWED when they do not
     */
    public void require(Role role) throws Refused {
        if (!is(role)) {
            throw Refused.notAllowed(
                    "'%s' may not do this: it takes the role %s, and its roles are [%s]. Ask who runs the server for the role.",
                    name, role.word(), roles.stream().map(Role::word).sorted().collect(Collectors.joining(", ")));
        }
    }

    /** Whether what they signed in with has ended. */
    public boolean hasEnded(Instant now) {
        return until != null && !now.isBefore(until);
    }

    /**
     * Bounds what they may send.
     *
     * @throws Refused INVALID when it is more than their quota
     */
    public void checkRequest(int bytes, String what) throws Refused {
        if (bytes > quota.requestBytes()) {
            throw Refused.invalid(
                    "This %s has %d bytes, more than %d (quota.request-bytes). Ask for less at a time.",
                    what, bytes, quota.requestBytes());
        }
    }
}

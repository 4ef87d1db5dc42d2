package io.openclickstream.flight.access;

import io.openclickstream.flight.table.Refused;
import java.time.Instant;

/** Says who somebody is. Called for every call, and again and again while one lasts; for any thread. */
@FunctionalInterface
public interface Doorkeeper {
    /** Lets everybody in as {@link Principal#LOCAL}: for servers that only their own machine can reach. */
    Doorkeeper OPEN = (credential, now) -> Principal.LOCAL;

    /**
     * Who shows this.
     *
     * @throws Refused NOT_SIGNED_IN when nobody known here does, or no longer; UNAVAILABLE when it cannot be found out now
     */
    Principal admit(Credential credential, Instant now) throws Refused;
}

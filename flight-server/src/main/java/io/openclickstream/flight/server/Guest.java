package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Credential;
import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.table.Refused;

/** Somebody who was let in and whose call, over Flight or HTTP, is under way. */
interface Guest {
    Principal principal();

    Credential credential();

    /** Ends the call with this answer, unless it is over. For any thread; does not block. */
    void end(Refused why);
}

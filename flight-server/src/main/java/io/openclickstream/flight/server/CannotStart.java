package io.openclickstream.flight.server;

import java.io.IOException;

/** The server cannot start here. The message is one sentence for the person who started it. */
public final class CannotStart extends IOException {
    private static final long serialVersionUID = 1L;

    public CannotStart(String message) {
        super(message);
    }

    public CannotStart(String message, Throwable cause) {
        super(message, cause);
    }
}

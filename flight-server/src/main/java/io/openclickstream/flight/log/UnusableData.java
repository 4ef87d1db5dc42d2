package io.openclickstream.flight.log;

import java.io.IOException;

/** The server cannot start with this data folder. The message says what, where, why, and what to do. */
public final class UnusableData extends IOException {
    private static final long serialVersionUID = 1L;

    public UnusableData(String message) {
        super(message);
    }

    public UnusableData(String message, Throwable cause) {
        super(message, cause);
    }
}

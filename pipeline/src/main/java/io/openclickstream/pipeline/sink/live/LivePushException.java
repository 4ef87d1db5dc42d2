package io.openclickstream.pipeline.sink.live;

import java.io.IOException;

/** The Flight server will not take rows, or has been away for too long; the job restarts from its checkpoint. */
public final class LivePushException extends IOException {
    private static final long serialVersionUID = 1L;

    LivePushException(String message, Throwable cause) {
        super(message, cause);
    }
}

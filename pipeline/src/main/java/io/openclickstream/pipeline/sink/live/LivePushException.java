package io.openclickstream.pipeline.sink.live;

import java.io.IOException;

/** The Flight server refuses what it was sent, or was away for too long when the job began; the job restarts from its checkpoint. */
public final class LivePushException extends IOException {
    private static final long serialVersionUID = 1L;

    LivePushException(String message, Throwable cause) {
        super(message, cause);
    }
}

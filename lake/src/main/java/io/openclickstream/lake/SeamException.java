package io.openclickstream.lake;

/** Lake and server cannot answer together; the message says why, and what can be asked instead. */
public final class SeamException extends Exception {
    private static final long serialVersionUID = 1L;

    SeamException(String message) {
        super(message);
    }
}

package io.openclickstream.lake;

/** A table is not as this program writes it; the message says where, and what to do. */
public final class IncompatibleTableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public IncompatibleTableException(String message) {
        super(message);
    }
}

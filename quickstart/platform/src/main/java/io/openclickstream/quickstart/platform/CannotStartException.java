package io.openclickstream.quickstart.platform;

/** Why a command cannot do what it was asked to, in one or two sentences for the person who asked. Exit code 2. */
public final class CannotStartException extends Exception {
    private static final long serialVersionUID = 1L;

    public CannotStartException(String sentence) {
        super(sentence);
    }

    public CannotStartException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}

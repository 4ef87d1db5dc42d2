package io.openclickstream.schemas.pseudonym;

import java.util.List;

/** A file of keys that cannot be used. Neither the message nor the mistakes repeat anything secret. */
public final class WrongKeysException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> mistakes;

    WrongKeysException(List<String> mistakes) {
        super(String.join("; ", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** Each as half a sentence that says where, what and what to do; never empty. */
    public List<String> mistakes() {
        return mistakes;
    }
}

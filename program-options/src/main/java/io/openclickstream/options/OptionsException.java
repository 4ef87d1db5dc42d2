package io.openclickstream.options;

import java.util.List;

/** The options a program was started with are wrong; the message lists every mistake with what to do about it. */
public final class OptionsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> mistakes;

    OptionsException(String program, List<String> mistakes) {
        super("Cannot start %s: %d option(s) are wrong.%n  %s%nRun it with --help to see every option."
                .formatted(program, mistakes.size(), String.join(System.lineSeparator() + "  ", mistakes)));
        this.mistakes = List.copyOf(mistakes);
    }

    /** One line per mistake, in the order in which the options were read; never empty. */
    public List<String> mistakes() {
        return mistakes;
    }
}

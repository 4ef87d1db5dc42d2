package io.openclickstream.pipeline.decide.metric;

import java.util.List;

/** Metrics that cannot be computed; the message names every mistake with file, line and column. */
public final class WrongCatalogException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> mistakes;

    WrongCatalogException(List<String> mistakes) {
        super(String.join("\n", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** One line each. */
    public List<String> mistakes() {
        return mistakes;
    }
}

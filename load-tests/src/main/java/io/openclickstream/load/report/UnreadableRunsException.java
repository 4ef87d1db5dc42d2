package io.openclickstream.load.report;

import java.nio.file.Path;
import java.util.List;

/** Some runs cannot be read; the message lists everything that is wrong with any of them. */
final class UnreadableRunsException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableRunsException(Path folder, List<String> mistakes) {
        super("Cannot make the report: %d thing(s) are wrong in %s.%n  %s"
                .formatted(mistakes.size(), folder, String.join(System.lineSeparator() + "  ", mistakes)));
    }
}

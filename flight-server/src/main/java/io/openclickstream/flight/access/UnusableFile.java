package io.openclickstream.flight.access;

import java.io.IOException;
import java.nio.file.Path;

/** A file of secrets or principals cannot be used. The message names the file and says why, and never what is in it. */
public final class UnusableFile extends IOException {
    private static final long serialVersionUID = 1L;

    public UnusableFile(Path file, String why) {
        super("Cannot use %s: %s.".formatted(file, why));
    }
}

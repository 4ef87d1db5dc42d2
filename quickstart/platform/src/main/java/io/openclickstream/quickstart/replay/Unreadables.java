package io.openclickstream.quickstart.replay;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counts the lines that could not be read; keeps the first few to show, and all of them in a file. */
final class Unreadables implements Closeable {
    private static final int SHOWN = 20;

    private final Path file;
    private final List<String> first = new ArrayList<>();
    private final BufferedWriter writer;
    private long count;

    Unreadables(Path file) throws IOException {
        this.file = file;
        writer = Files.newBufferedWriter(file);
    }

    void add(long lineNumber, String reason, String text) throws IOException {
        count++;
        if (first.size() < SHOWN) {
            first.add("line %,d: %s: %s".formatted(lineNumber, reason, RowParser.shown(text)));
        }
        writer.write("%d\t%s\t%s%n".formatted(lineNumber, reason, text));
    }

    long count() {
        return count;
    }

    /** At most {@value #SHOWN} of them, each in one printable line. */
    List<String> first() {
        return List.copyOf(first);
    }

    /** Holds all of them: line number, reason and the line itself, separated by tabs. */
    Path file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}

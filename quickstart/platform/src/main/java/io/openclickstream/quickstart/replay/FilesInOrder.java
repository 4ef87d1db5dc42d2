package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The clicks of some files as one, in order of event time; of the same time as they stand in the files. */
public final class FilesInOrder {
    private static final long SORT_MEMORY_BYTES = 128L << 20;

    private final List<Path> paths = new ArrayList<>();
    private final List<ClickFile> files = new ArrayList<>();

    /** Takes clicks one after the other. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Takes one.
         *
         * @param key the user id in UTF-8
         * @param value JSON with the names of {@code click.avsc}
         */
        void click(byte[] key, byte[] value) throws IOException;
    }

    /**
     * What was read.
     *
     * @param unreadable lines that make no click
     * @param first at most the first few of them, each in one printable line
     * @param all where all of them are
     */
    public record Read(long clicks, long unreadable, List<String> first, Path all) {}

    /**
     * Looks at the files.
     *
     * @throws CannotStartException when one cannot be a file of clicks
     */
    public FilesInOrder(List<ReplaySettings> wanted) throws IOException, CannotStartException {
        for (ReplaySettings each : wanted) {
            paths.add(each.file());
            files.add(ClickFile.open(each.file(), each.format(), each.chosenColumns(), new EventTimes(each.zone())));
        }
    }

    /**
     * Hands all clicks over.
     *
     * @param work folder for what does not fit in memory, and for the unreadable lines
     */
    public Read forEach(Path work, Receiver receiver) throws IOException, CannotStartException {
        Path all = work.resolve("unreadable.tsv");
        try (Unreadables unreadables = new Unreadables(all);
                EventTimeOrder sorted = new EventTimeOrder(work.resolve("sorting"), SORT_MEMORY_BYTES)) {
            for (int i = 0; i < files.size(); i++) {
                Path path = paths.get(i);
                files.get(i).forEach(new ClickFile.Records() {
                    @Override
                    public void click(FileClick click) throws IOException {
                        sorted.add(click);
                    }

                    @Override
                    public void unreadable(long lineNumber, String reason, String text) throws IOException {
                        unreadables.add(lineNumber, path.getFileName() + ": " + reason, text);
                    }
                });
            }
            sorted.forEach(click -> receiver.click(click.key(), click.value()));
            return new Read(sorted.clicks(), unreadables.count(), unreadables.first(), all);
        }
    }
}

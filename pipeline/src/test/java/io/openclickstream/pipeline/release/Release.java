package io.openclickstream.pipeline.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A release's folder in {@code state-schemas/released}: what it promised, and samples that it has written.
 *
 * @param folder whose name is the version
 */
record Release(Path folder) {
    private static final Path ALL = Path.of(System.getProperty("clickstream.root"), "state-schemas", "released");

    /** Every release there has been. */
    static List<Release> all() throws IOException {
        try (Stream<Path> folders = Files.list(ALL)) {
            return folders.filter(Files::isDirectory).sorted().map(Release::new).toList();
        }
    }

    /** The folder of a version, which may not exist yet. */
    static Release of(String version) {
        return new Release(ALL.resolve(version));
    }

    static List<AcceptedBreak> allAcceptedBreaks() throws IOException {
        return AcceptedBreak.read(ALL.resolve("accepted-breaks.yml"));
    }

    /** Breaks of promises to this release that are accepted. */
    List<AcceptedBreak> acceptedBreaks() throws IOException {
        return allAcceptedBreaks().stream()
                .filter(each -> each.release().equals(version()))
                .toList();
    }

    String version() {
        return folder.getFileName().toString();
    }

    ReleasedStates states() throws IOException {
        return ReleasedStates.parse(Files.readAllLines(folder.resolve("states.tsv")));
    }

    List<GoldenBytes> goldenBytes() throws IOException {
        List<GoldenBytes> golden = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("golden.tsv"))) {
            if (!line.startsWith("#")) {
                golden.add(GoldenBytes.parse(line));
            }
        }
        return golden;
    }

    Path savepoint() {
        return folder.resolve("savepoint");
    }

    /** The catalog of the job that made the savepoint. */
    Path metrics() {
        return folder.resolve("metrics");
    }

    /** What is read after the savepoint, see {@link SampleRecords}. */
    Path recordsAfter() {
        return folder.resolve("records-after.tsv");
    }

    /** The final rows after the savepoint. */
    Path rowsAfter() {
        return folder.resolve("rows-after.txt");
    }

    @Override
    public String toString() {
        return version();
    }
}

package io.openclickstream.load.compaction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a table that nobody maintains has gathered besides its rows.
 *
 * @param files versions of the metadata that are kept, lists of manifests, and manifests
 * @param bytes of all of them
 * @param newestVersionBytes of the version of the metadata that every commit writes anew
 */
record MetadataSize(int files, long bytes, long newestVersionBytes) {

    static MetadataSize of(Path lake) throws IOException {
        try (Stream<Path> all = Files.list(lake.resolve("iceberg/clickstream/clicks/metadata"))) {
            List<Path> files = all.toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            Path newest = files.stream()
                    .filter(file -> file.toString().endsWith(".metadata.json"))
                    .max(Comparator.comparing(file -> file.toFile().lastModified()))
                    .orElseThrow();
            return new MetadataSize(files.size(), bytes, Files.size(newest));
        }
    }
}

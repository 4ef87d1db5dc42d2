package io.openclickstream.maintenance;

import io.openclickstream.lake.EpochFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;

/**
 * Files that become one.
 *
 * @param hour of ingestion of all their rows, in hours since 1970-01-01T00:00Z
 * @param inputs files of one lineage, earlier epochs first; at least one
 */
record Compaction(String table, long hour, List<DataFile> inputs) {
    private static final Comparator<EpochFile> BY_EPOCH = Comparator.comparingLong(EpochFile::firstEpoch)
            .thenComparingLong(EpochFile::lastEpoch)
            .thenComparing(EpochFile::rest);
    private static final int NAME_CHARACTERS = 16;

    private record Place(long hour, String lineage) {}

    private record Named(EpochFile name, DataFile file) {}

    /**
     * What there is to do: every file of the job's whose hour is over for long enough, and each only once. Neighbours in
     * epochs come together, so that few savepoints lie within a file.
     *
     * @param files of the table as it is now
     */
    static List<Compaction> of(LakeLayout layout, List<DataFile> files, Care care, Instant now) {
        Map<Place, List<Named>> places =
                new TreeMap<>(Comparator.comparingLong(Place::hour).thenComparing(Place::lineage));
        for (DataFile file : files) {
            long hour = file.partition().get(0, Integer.class);
            boolean isSettled = !LakeLayout.endOf(hour).plus(care.settled()).isAfter(now);
            layout.epochFile(file.location()).filter(name -> isSettled).ifPresent(name -> places.computeIfAbsent(
                            new Place(hour, name.lineage()), place -> new ArrayList<>())
                    .add(new Named(name, file)));
        }
        List<Compaction> all = new ArrayList<>();
        places.forEach((place, named) -> {
            named.sort(Comparator.comparing(Named::name, BY_EPOCH));
            all.addAll(cut(layout.table(), place.hour(), named, care.targetBytes()));
        });
        return all;
    }

    private static List<Compaction> cut(String table, long hour, List<Named> sorted, long targetBytes) {
        List<Compaction> pieces = new ArrayList<>();
        List<DataFile> piece = new ArrayList<>();
        long bytes = 0;
        for (Named next : sorted) {
            long more = next.file().fileSizeInBytes();
            if (!piece.isEmpty() && bytes + more > targetBytes) {
                pieces.add(new Compaction(table, hour, List.copyOf(piece)));
                piece.clear();
                bytes = 0;
            }
            piece.add(next.file());
            bytes += more;
        }
        pieces.add(new Compaction(table, hour, List.copyOf(piece)));
        return pieces;
    }

    /** The same whenever the same files become one, so that doing it again leaves no second file. */
    EpochFile output() {
        List<EpochFile> names = inputs.stream()
                .map(file -> EpochFile.parse(file.location()).orElseThrow())
                .toList();
        MessageDigest digest = sha256();
        names.forEach(name -> digest.update((name.fileName() + "\n").getBytes(StandardCharsets.UTF_8)));
        return new EpochFile(
                table,
                names.stream().mapToLong(EpochFile::firstEpoch).min().orElseThrow(),
                names.stream().mapToLong(EpochFile::lastEpoch).max().orElseThrow(),
                names.get(0).lineage(),
                "compacted-" + HexFormat.of().formatHex(digest.digest()).substring(0, NAME_CHARACTERS));
    }

    long bytes() {
        return inputs.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    }

    long rows() {
        return inputs.stream().mapToLong(DataFile::recordCount).sum();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

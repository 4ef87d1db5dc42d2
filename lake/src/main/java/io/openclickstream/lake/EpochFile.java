package io.openclickstream.lake;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a file says: {@code TABLE-eFIRST[-LAST]-LINEAGE-REST.parquet}. So whoever reads the lake by its folders
 * knows which epochs the rows belong to, and what has to go when the job goes back.
 *
 * @param table whose rows it holds
 * @param firstEpoch the earliest epoch of its rows
 * @param lastEpoch the latest one
 * @param lineage to which the epochs belong; a UUID
 * @param rest makes the name unique
 */
public record EpochFile(String table, long firstEpoch, long lastEpoch, String lineage, String rest) {
    private static final Pattern NAME = Pattern.compile(
            "(?:.*/)?([^/]+)-e(\\d+)(?:-(\\d+))?-(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})-([^/]+)\\.parquet");

    /** @throws IllegalArgumentException when the lineage is no UUID */
    public EpochFile {
        if (!UUID.fromString(lineage).toString().equals(lineage)) {
            throw new IllegalArgumentException("The lineage %s is not a UUID in lower case".formatted(lineage));
        }
    }

    /** A file with rows of one epoch. */
    public static EpochFile of(String table, long epoch, String lineage, String rest) {
        return new EpochFile(table, epoch, epoch, lineage, rest);
    }

    /** What a file's name or location says; empty for a file that neither the job nor maintenance has named. */
    public static Optional<EpochFile> parse(String location) {
        Matcher name = NAME.matcher(location);
        if (!name.matches()) {
            return Optional.empty();
        }
        long first = Long.parseLong(name.group(2));
        long last = name.group(3) == null ? first : Long.parseLong(name.group(3));
        return Optional.of(new EpochFile(name.group(1), first, last, name.group(4), name.group(5)));
    }

    /** The file's name, without its folder. */
    public String fileName() {
        String epochs = firstEpoch == lastEpoch ? "e" + firstEpoch : "e%d-%d".formatted(firstEpoch, lastEpoch);
        return "%s-%s-%s-%s.parquet".formatted(table, epochs, lineage, rest);
    }
}

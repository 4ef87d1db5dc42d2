package io.openclickstream.maintenance;

import io.openclickstream.lake.EpochFile;
import io.openclickstream.lake.LakeCatalog;
import io.openclickstream.lake.LakeSettings;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the files of one table are. Locations are compared as places, since one place has several spellings. */
record LakeLayout(LakeSettings settings, String table) {
    private static final String HOUR_NAME = "ingestion_hour=";
    private static final Pattern HOUR_FOLDER = Pattern.compile(".*/" + HOUR_NAME + "([^/]+)/[^/]+");
    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("yyyy-MM-dd-HH", Locale.ROOT);

    /** What the job writes lies in one of these: a metric's in the second, all others in the first. */
    List<String> epochFolders() {
        return List.of(settings.location(table) + "/", settings.location("metrics/" + table) + "/");
    }

    /** Metadata and compacted files. */
    String tableFolder() {
        return settings.location("%s/%s/%s".formatted(LakeCatalog.FOLDER, LakeCatalog.NAMESPACE, table)) + "/";
    }

    /** Where a compacted file is put. */
    String compacted(long hour, EpochFile file) {
        return "%sdata/%s/%s".formatted(tableFolder(), hourFolder(hour), file.fileName());
    }

    /** Whether it is one of the job's files. */
    boolean isEpochFile(String location) {
        return epochFile(location).isPresent();
    }

    /** What the name of one of the job's files says; empty for any other file. */
    Optional<EpochFile> epochFile(String location) {
        String place = place(location);
        return epochFolders().stream().anyMatch(folder -> place.startsWith(place(folder) + HOUR_NAME))
                ? EpochFile.parse(location).filter(file -> file.table().equals(table))
                : Optional.empty();
    }

    /** Hours since 1970-01-01T00:00Z of a file in a folder of an hour; empty for any other. */
    static Optional<Long> hour(String location) {
        Matcher folder = HOUR_FOLDER.matcher(location);
        if (!folder.matches()) {
            return Optional.empty();
        }
        try {
            Instant hour = LocalDateTime.parse(folder.group(1), HOUR).toInstant(ZoneOffset.UTC);
            return Optional.of(
                    hour.getEpochSecond() / ChronoUnit.HOURS.getDuration().toSeconds());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    static Instant endOf(long hour) {
        return Instant.EPOCH.plus(hour + 1, ChronoUnit.HOURS);
    }

    /** As the folder is called. */
    static String hourFolder(long hour) {
        return HOUR_NAME
                + HOUR.format(Instant.EPOCH.plus(hour, ChronoUnit.HOURS).atOffset(ZoneOffset.UTC));
    }

    /** The same for all spellings of a location: bucket and key, or the path on a disk. */
    static String place(String location) {
        return location.replaceFirst("^file:/*", "/").replaceFirst("^s3[an]?://", "");
    }
}

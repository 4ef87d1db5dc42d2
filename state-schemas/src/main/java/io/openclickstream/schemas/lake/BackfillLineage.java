package io.openclickstream.schemas.lake;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * How rows and files of a lake say that they are of a backfill, and not of a job. Written in lakes, so never changed.
 */
public final class BackfillLineage {
    /**
     * Begins what such rows have for a Kafka topic: the backfill's name follows and, behind another slash, the topic that
     * was read, if any. No topic of Kafka has a slash.
     */
    public static final String TOPIC = "backfill/";

    /** Finds the lineage of a backfill in the name of a file. */
    public static final String IN_FILE_NAME = "-[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}-[^/]*$";

    private static final int VERSION_OF_NAMES = 3;

    private BackfillLineage() {}

    /** The lineage of the backfill of this name: a UUID of version 3. That of a job is random, so of version 4. */
    public static String of(String name) {
        return UUID.nameUUIDFromBytes((TOPIC + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Whether a lineage is that of a backfill. */
    public static boolean is(String lineage) {
        return UUID.fromString(lineage).version() == VERSION_OF_NAMES;
    }
}

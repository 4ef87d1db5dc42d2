package io.openclickstream.quickstart.backfill;

import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.replay.FilesInOrder;
import io.openclickstream.quickstart.replay.ReplaySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Files as {@code replay} reads them. Their clicks are records of one partition in order of event time, received now.
 *
 * @param nowMillis the time of ingestion of all of them
 */
record FileInput(List<ReplaySettings> files, long nowMillis) implements BackfillInput {
    private static final int PARTITION = 0;
    private static final int DIGEST_BYTES = 16;

    @Override
    public Read writeTo(RecordWriter records, Path work) throws IOException, CannotStartException {
        MessageDigest digest = sha256();
        FilesInOrder.Read read = new FilesInOrder(files).forEach(work, (key, value) -> {
            digest.update(value);
            digest.update((byte) '\n');
            records.write(PARTITION, records.records(), nowMillis, key, value);
        });
        List<String> lines = new ArrayList<>();
        lines.add("read %,d clicks of %d file(s)".formatted(read.clicks(), files.size()));
        if (read.unreadable() > 0) {
            lines.add("left out %,d line(s) that make no click; all are in %s, the first are"
                    .formatted(read.unreadable(), read.all()));
            read.first().forEach(line -> lines.add("  " + line));
        }
        return new Read("files " + HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES), "", lines);
    }

    /** What these files are made to is JSON, whatever the job reads. */
    @Override
    public Map<String, String> pipelineOptions() {
        return Map.of("clicks.format", "JSON");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}

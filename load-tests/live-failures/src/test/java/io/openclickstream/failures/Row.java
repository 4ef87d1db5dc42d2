package io.openclickstream.failures;

import io.openclickstream.schemas.ledger.LedgerEntry;
import io.openclickstream.schemas.live.Change;
import io.openclickstream.schemas.metric.Pane;
import io.openclickstream.schemas.metric.PaneKey;
import io.openclickstream.schemas.metric.PaneResult;
import io.openclickstream.schemas.metric.PaneWriter;
import io.openclickstream.schemas.session.Entry;
import io.openclickstream.schemas.session.Session;
import io.openclickstream.schemas.session.SessionChange;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A row that an operator is fed, and what must become of it.
 *
 * @param key what identifies it in its table
 * @param text the columns that are compared, as they are read back; null when the row is deleted
 * @param value what the operator takes
 */
record Row(Writer writer, String table, String key, String text, Object value) {
    private static final long HOUR = 3_600_000;
    private static final long START = 1_772_445_600_000L; // 2026-03-02T10:00:00Z
    private static final int USERS = 24;
    private static final int PARTITIONS = 4;

    boolean isDelete() {
        return text == null;
    }

    /** A change of one of a few sessions, which may move to another window or go. */
    static Row session(Random random, int owner, int parallelism) {
        int user = owned(random, USERS, owner, parallelism);
        long start = START + random.nextInt(5) * HOUR;
        long end = start + random.nextLong(1_800_000);
        long clicks = 1 + random.nextLong(50);
        long revision = random.nextInt(1_000_000);
        boolean isFinal = random.nextInt(3) == 0;
        String id = "session-" + user;
        var entry = new Entry("event", "/home", null, null, null, null, "DE", "mobile");
        var session = new Session(
                id,
                "shop",
                "user-" + user,
                start,
                end,
                clicks,
                1,
                entry,
                "/out",
                0,
                List.of(),
                null,
                end,
                revision,
                isFinal);
        boolean isDelete = random.nextInt(5) == 0;
        return new Row(
                Writer.SESSIONS,
                "sessions",
                id,
                isDelete ? null : text(id, "user-" + user, start, end, clicks, isFinal, revision),
                new SessionChange(isDelete ? Change.DELETE : Change.UPSERT, session));
    }

    /** A result of one of two metrics. */
    static Row metric(Random random, int owner, int parallelism) {
        boolean isOfPages = random.nextBoolean();
        int site = owned(random, 3 * parallelism, owner, parallelism);
        long window = START + random.nextInt(4) * HOUR;
        long clicks = 1 + random.nextLong(1_000_000);
        boolean isFinal = random.nextInt(3) == 0;
        PaneWriter block = new PaneWriter();
        block.count(clicks);
        Pane pane = new Pane(block.block(), window);
        if (isOfPages) {
            String page = "/page-" + random.nextInt(3);
            String dimensions = "[\"shop-%d\",\"%s\"]".formatted(site, page);
            return new Row(
                    Writer.METRICS,
                    "pages",
                    text(window, "shop-" + site, page),
                    text(window, "shop-" + site, page, clicks, isFinal),
                    new PaneResult(new PaneKey("pages", window, dimensions), pane, isFinal, isFinal));
        }
        return new Row(
                Writer.METRICS,
                "sites",
                text(window, "shop-" + site),
                text(window, "shop-" + site, clicks, isFinal),
                new PaneResult(new PaneKey("sites", window, "[\"shop-%d\"]".formatted(site)), pane, isFinal, isFinal));
    }

    /** A step of a partition in an epoch that is about to end. */
    static Row step(Random random, int owner, int parallelism, long epoch) {
        int partition = owned(random, PARTITIONS, owner, parallelism);
        long from = random.nextInt(1_000);
        long received = random.nextInt(1_000);
        var entry = new LedgerEntry(
                "clicks", partition, epoch, from, from + received, received, received, 0, 0, 0, 0, 0, START);
        return new Row(
                Writer.LEDGER,
                "ledger",
                text("clicks", partition, epoch),
                text("clicks", partition, epoch, from, from + received, received),
                entry);
    }

    /** A row as a line of table, key and text, without the text for a delete. */
    String line() {
        return isDelete() ? table + "\t" + key : table + "\t" + key + "\t" + text;
    }

    /** The values of a row as they are compared. */
    static String text(Object... values) {
        return Arrays.stream(values).map(String::valueOf).collect(Collectors.joining("|"));
    }

    /** Keys belong to subtasks, as in a keyed stream. */
    private static int owned(Random random, int count, int owner, int parallelism) {
        int key = random.nextInt(count);
        int own = key - key % parallelism + owner;
        return own < count ? own : owner;
    }
}

package io.openclickstream.schemas.session;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one user: the sessions that can still change and what is needed to go on with them. It is changed in
 * place, since nearly every click goes on with its user's latest session and then changes a few numbers and the exit:
 * those stand ready in fields, everything else is one array of bytes until somebody asks. So a click leaves no garbage,
 * and a million users are a few million objects, not fifty.
 *
 * <p>Its bytes ({@link #write}) begin with their format's number. A format is never changed once released: a new one gets
 * the next number, and {@link #read} goes on reading all of them.
 */
public final class UserTimeline {
    /** Stands for no timer. */
    public static final long NO_TIMER = Long.MIN_VALUE;

    /** Up to 1, ids of 32 hexadecimal digits were texts; they are read as ever, so nothing else tells both apart. */
    private static final int FORMAT = 2;

    private static final int OLDEST_FORMAT = 1;
    private static final int HAS_TIMER = 1;
    private static final int HAS_LATEST = 2;
    private static final int NULL = -1;
    private static final int OBJECT_BYTES = 240;

    /** What is kept free for longer texts of later exits, so that most of them need no new array. */
    private static final int EXIT_ROOM = 16;

    private long revision;
    private long timerMillis = NO_TIMER;
    private long idsElsewhere;
    private SeenIds seenIds = new SeenIds();

    // The sessions as records; or the others as bytes and the latest one in the fields below; or none. What is not
    // there
    // is null, since G1 has a look at what lies around every other reference that an old object is given.
    private @Nullable SessionTimeline records;
    private boolean hasLatest;
    private int others;
    private byte @Nullable [] bytes;

    private long startMillis;
    private long endMillis;
    private long clicks;
    private long pages;
    private long ingestionTimeMillis;
    private long firstIngestionTimeMillis;
    private int firstPartition;
    private long firstOffset;
    private byte @Nullable [] exit; // the event id, then the page, then room
    private int exitIdLength;
    private int exitPageLength = NULL;

    /** The timeline of a user of whom nothing is known. */
    public UserTimeline() {}

    /** Whether there is nothing to remember. */
    public boolean isEmpty() {
        return records == null && !hasLatest && rememberedIds() == 0;
    }

    /** How many times readers were told of changes of this user's sessions. */
    public long revision() {
        return revision;
    }

    /** Counts one more change that readers are told of. */
    public void revise() {
        revision++;
    }

    /** The one event-time timer that is set; {@link #NO_TIMER} when none is. */
    public long timerMillis() {
        return timerMillis;
    }

    public void timerMillis(long millis) {
        timerMillis = millis;
    }

    /** The first event ids that were seen. */
    public SeenIds seenIds() {
        return seenIds;
    }

    /** How many more are kept beside the timeline. */
    public long idsElsewhere() {
        return idsElsewhere;
    }

    public void idsElsewhere(long ids) {
        idsElsewhere = ids;
    }

    /** Event ids kept to recognise duplicates, here and elsewhere. */
    public long rememberedIds() {
        return idsElsewhere + seenIds.size();
    }

    /** The sessions as records. */
    public SessionTimeline sessions() {
        if (records != null) {
            return records;
        }
        return hasLatest ? unpacked() : SessionTimeline.empty();
    }

    /** Puts other sessions in their place. */
    public void replaceSessions(SessionTimeline replacement) {
        if (replacement.open().isEmpty() || !replacement.unsettled().isEmpty()) {
            // With unsettled clicks every click looks at all of them, so they stay what it needs.
            records = replacement.isEmpty() ? null : replacement;
            hasLatest = false;
            bytes = null;
            exit = null;
        } else {
            pack(replacement.open());
        }
    }

    /** Whether a click may simply go on with the latest session: there is one, and no click is unsettled. */
    public boolean hasLatest() {
        return hasLatest;
    }

    /** How many sessions there are beside the latest one, all of them earlier. */
    public int others() {
        return others;
    }

    /** Event time of the latest session's earliest click. */
    public long startMillis() {
        return startMillis;
    }

    /** Event time of the latest session's latest click. */
    public long endMillis() {
        return endMillis;
    }

    /** Whether Kafka received this record before all clicks of the latest session. */
    public boolean isReceivedFirst(long ingestionMillis, int partition, long offset) {
        if (ingestionMillis != firstIngestionTimeMillis) {
            return ingestionMillis < firstIngestionTimeMillis;
        }
        return partition != firstPartition ? partition < firstPartition : offset < firstOffset;
    }

    /** The latest session. */
    public OpenSession latest() {
        List<OpenSession> open = sessions().open();
        return open.get(open.size() - 1);
    }

    /** Adds a click to the latest session that is neither its earliest nor its latest one. */
    public void addInside(boolean isPage, long clickIngestionTimeMillis) {
        clicks++;
        pages += isPage ? 1 : 0;
        ingestionTimeMillis = Math.max(ingestionTimeMillis, clickIngestionTimeMillis);
    }

    /** Adds a click to the latest session that is now its latest one. */
    public void addAtEnd(Click click, boolean isPage, long clickIngestionTimeMillis) {
        addInside(isPage, clickIngestionTimeMillis);
        endMillis = click.eventTimeMillis();
        int idLength = click.textLength(ClickText.EVENT_ID);
        int pageLength = click.has(ClickText.PAGE) ? click.textLength(ClickText.PAGE) : NULL;
        byte[] texts = roomForExit(idLength, pageLength);
        System.arraycopy(click.bytes(ClickText.EVENT_ID), click.textStart(ClickText.EVENT_ID), texts, 0, idLength);
        if (pageLength > 0) {
            System.arraycopy(click.bytes(ClickText.PAGE), click.textStart(ClickText.PAGE), texts, idLength, pageLength);
        }
    }

    /** The array for the texts of an exit that is of these lengths from now on; of no length for no page is NULL. */
    private byte[] roomForExit(int idLength, int pageLength) {
        exitIdLength = idLength;
        exitPageLength = pageLength;
        int needed = idLength + Math.max(0, pageLength);
        byte[] texts = exit;
        if (texts == null || texts.length < needed) {
            texts = new byte[needed + EXIT_ROOM];
            exit = texts;
        }
        return texts;
    }

    /** Whether nearly all it holds is bytes, so that {@link #bytesHeld} can tell how much. */
    public boolean isPacked() {
        return records == null;
    }

    /** About as many bytes as it takes in memory, its records left out. */
    public int bytesHeld() {
        return OBJECT_BYTES
                + (bytes == null ? 0 : bytes.length)
                + (exit == null ? 0 : exit.length)
                + seenIds.bytesHeld();
    }

    /** The same, sharing nothing that is changed. */
    public UserTimeline copy() {
        UserTimeline copy = new UserTimeline();
        copy.revision = revision;
        copy.timerMillis = timerMillis;
        copy.idsElsewhere = idsElsewhere;
        copy.seenIds = seenIds.copy();
        copy.records = records;
        copy.hasLatest = hasLatest;
        copy.others = others;
        copy.bytes = bytes; // replaced, never changed
        copy.startMillis = startMillis;
        copy.endMillis = endMillis;
        copy.clicks = clicks;
        copy.pages = pages;
        copy.ingestionTimeMillis = ingestionTimeMillis;
        copy.firstIngestionTimeMillis = firstIngestionTimeMillis;
        copy.firstPartition = firstPartition;
        copy.firstOffset = firstOffset;
        copy.exit = exit == null ? null : exit.clone();
        copy.exitIdLength = exitIdLength;
        copy.exitPageLength = exitPageLength;
        return copy;
    }

    /** Appends its bytes. */
    public void write(StateWriter out) {
        out.fixed8(FORMAT);
        out.fixed8((timerMillis == NO_TIMER ? 0 : HAS_TIMER) | (hasLatest ? HAS_LATEST : 0));
        out.number(revision);
        if (timerMillis != NO_TIMER) {
            out.difference(timerMillis);
        }
        out.number(idsElsewhere);
        seenIds.write(out);
        if (hasLatest) {
            out.number(others);
            byte[] packed = Objects.requireNonNull(bytes);
            out.number(packed.length);
            out.raw(packed, 0, packed.length);
            out.difference(startMillis);
            out.difference(endMillis - startMillis);
            out.number(clicks);
            out.number(pages);
            out.difference(ingestionTimeMillis - endMillis);
            out.difference(firstIngestionTimeMillis - ingestionTimeMillis);
            out.number(firstPartition);
            out.number(firstOffset);
            byte[] texts = Objects.requireNonNull(exit);
            out.id(texts, 0, exitIdLength);
            out.number(exitPageLength + 1);
            out.raw(texts, exitIdLength, Math.max(0, exitPageLength));
        } else {
            writeAll(sessions().open(), out);
            writeAll(sessions().unsettled(), out);
        }
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @throws IllegalArgumentException when the bytes have a format of a newer release
     */
    public static UserTimeline read(StateReader in) {
        int format = in.fixed8();
        if (format < OLDEST_FORMAT || format > FORMAT) {
            throw new IllegalArgumentException(
                    "A user's timeline has format %d; this release reads formats %d to %d. Restore it with the release that wrote it, or a later one."
                            .formatted(format, OLDEST_FORMAT, FORMAT));
        }
        UserTimeline timeline = new UserTimeline();
        int flags = in.fixed8();
        timeline.revision = in.number();
        timeline.timerMillis = (flags & HAS_TIMER) == 0 ? NO_TIMER : in.difference();
        timeline.idsElsewhere = in.number();
        timeline.seenIds = SeenIds.read(in);
        if ((flags & HAS_LATEST) == 0) {
            SessionTimeline records = new SessionTimeline(readAll(in), readAll(in));
            timeline.records = records.isEmpty() ? null : records;
            return timeline;
        }
        timeline.hasLatest = true;
        timeline.others = in.count();
        timeline.bytes = in.raw(in.count());
        timeline.startMillis = in.difference();
        timeline.endMillis = timeline.startMillis + in.difference();
        timeline.clicks = in.number();
        timeline.pages = in.number();
        timeline.ingestionTimeMillis = timeline.endMillis + in.difference();
        timeline.firstIngestionTimeMillis = timeline.ingestionTimeMillis + in.difference();
        timeline.firstPartition = in.count();
        timeline.firstOffset = in.number();
        byte[] id = in.idBytes();
        int pageLength = in.count() - 1;
        timeline.exit(id, pageLength < 0 ? null : in.raw(pageLength));
        return timeline;
    }

    private void exit(byte[] id, byte @Nullable [] page) {
        byte[] texts = roomForExit(id.length, page == null ? NULL : page.length);
        System.arraycopy(id, 0, texts, 0, id.length);
        if (page != null) {
            System.arraycopy(page, 0, texts, id.length, page.length);
        }
    }

    private void pack(List<OpenSession> open) {
        StateWriter out = new StateWriter();
        others = open.size() - 1;
        open.subList(0, others).forEach(session -> SessionBytes.write(session, out));
        OpenSession latest = open.get(others);
        SessionBytes.writeFacts(latest, out);
        bytes = out.toBytes();
        records = null;
        hasLatest = true;
        startMillis = latest.startMillis();
        endMillis = latest.endMillis();
        clicks = latest.clicks();
        pages = latest.pages();
        ingestionTimeMillis = latest.ingestionTimeMillis();
        firstIngestionTimeMillis = latest.first().ingestionTimeMillis();
        firstPartition = latest.first().partition();
        firstOffset = latest.first().offset();
        String page = latest.exit().page();
        exit(
                latest.exit().eventId().getBytes(StandardCharsets.UTF_8),
                page == null ? null : page.getBytes(StandardCharsets.UTF_8));
    }

    private SessionTimeline unpacked() {
        StateReader in = new StateReader(Objects.requireNonNull(bytes));
        byte[] texts = Objects.requireNonNull(exit);
        List<OpenSession> open = new ArrayList<>(others + 1);
        for (int i = 0; i < others; i++) {
            open.add(SessionBytes.read(in));
        }
        SessionBytes.Facts facts = SessionBytes.readFacts(in);
        var first = new FirstReceived(firstIngestionTimeMillis, firstPartition, firstOffset, facts.firstEventId());
        var exited = new Exit(
                new String(texts, 0, exitIdLength, StandardCharsets.UTF_8),
                exitPageLength < 0 ? null : new String(texts, exitIdLength, exitPageLength, StandardCharsets.UTF_8));
        open.add(facts.session(first, startMillis, endMillis, clicks, pages, ingestionTimeMillis, exited));
        return new SessionTimeline(open, List.of());
    }

    private static void writeAll(List<OpenSession> sessions, StateWriter out) {
        out.number(sessions.size());
        sessions.forEach(session -> SessionBytes.write(session, out));
    }

    private static List<OpenSession> readAll(StateReader in) {
        int count = in.count();
        List<OpenSession> sessions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            sessions.add(SessionBytes.read(in));
        }
        return sessions;
    }
}

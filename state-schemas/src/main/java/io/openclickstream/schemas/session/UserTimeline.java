package io.openclickstream.schemas.session;

import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final byte[] NONE = {};

    private long revision;
    private long timerMillis = NO_TIMER;
    private long idsElsewhere;
    private SeenIds seenIds = new SeenIds();

    // Either the sessions as records, or the others as bytes and the latest one in the fields below.
    private @Nullable SessionTimeline sessions = SessionTimeline.empty();
    private int others;
    private byte[] bytes = NONE;

    private long startMillis;
    private long endMillis;
    private long clicks;
    private long pages;
    private long ingestionTimeMillis;
    private long firstIngestionTimeMillis;
    private int firstPartition;
    private long firstOffset;
    private byte[] exit = NONE; // the event id, then the page
    private int exitIdLength;
    private int exitPageLength = NULL;

    /** The timeline of a user of whom nothing is known. */
    public UserTimeline() {}

    /** Whether there is nothing to remember. */
    public boolean isEmpty() {
        return sessions != null && sessions.isEmpty() && rememberedIds() == 0;
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
        return sessions != null ? sessions : unpacked();
    }

    /** Puts other sessions in their place. */
    public void replaceSessions(SessionTimeline replacement) {
        if (replacement.open().isEmpty() || !replacement.unsettled().isEmpty()) {
            // With unsettled clicks every click looks at all of them, so they stay what it needs.
            sessions = replacement.isEmpty() ? SessionTimeline.empty() : replacement;
            bytes = NONE;
            exit = NONE;
        } else {
            pack(replacement.open());
        }
    }

    /** Whether a click may simply go on with the latest session: there is one, and no click is unsettled. */
    public boolean hasLatest() {
        return sessions == null;
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
        int needed = idLength + Math.max(0, pageLength);
        if (exit.length < needed) {
            exit = new byte[Math.max(needed, exit.length + exit.length / 2)];
        }
        System.arraycopy(click.bytes(ClickText.EVENT_ID), click.textStart(ClickText.EVENT_ID), exit, 0, idLength);
        if (pageLength > 0) {
            System.arraycopy(click.bytes(ClickText.PAGE), click.textStart(ClickText.PAGE), exit, idLength, pageLength);
        }
        exitIdLength = idLength;
        exitPageLength = pageLength;
    }

    /** Whether nearly all it holds is bytes, so that {@link #bytesHeld} can tell how much. */
    public boolean isPacked() {
        return sessions == null || sessions.isEmpty();
    }

    /** About as many bytes as it takes in memory, its records left out. */
    public int bytesHeld() {
        return OBJECT_BYTES + bytes.length + exit.length + seenIds.bytesHeld();
    }

    /** The same, sharing nothing that is changed. */
    public UserTimeline copy() {
        UserTimeline copy = new UserTimeline();
        copy.revision = revision;
        copy.timerMillis = timerMillis;
        copy.idsElsewhere = idsElsewhere;
        copy.seenIds = seenIds.copy();
        copy.sessions = sessions;
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
        copy.exit = exit.length == 0 ? NONE : exit.clone();
        copy.exitIdLength = exitIdLength;
        copy.exitPageLength = exitPageLength;
        return copy;
    }

    /** Appends its bytes. */
    public void write(StateWriter out) {
        boolean hasLatest = hasLatest();
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
            out.number(bytes.length);
            out.raw(bytes, 0, bytes.length);
            out.difference(startMillis);
            out.difference(endMillis - startMillis);
            out.number(clicks);
            out.number(pages);
            out.difference(ingestionTimeMillis - endMillis);
            out.difference(firstIngestionTimeMillis - ingestionTimeMillis);
            out.number(firstPartition);
            out.number(firstOffset);
            out.id(exit, 0, exitIdLength);
            out.number(exitPageLength + 1);
            out.raw(exit, exitIdLength, Math.max(0, exitPageLength));
        } else {
            SessionTimeline records = Objects.requireNonNull(sessions);
            writeAll(records.open(), out);
            writeAll(records.unsettled(), out);
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
            timeline.sessions = new SessionTimeline(readAll(in), readAll(in));
            return timeline;
        }
        timeline.sessions = null;
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
        timeline.exit(in.idBytes(), in.count() - 1, in);
        return timeline;
    }

    private void exit(byte[] id, int pageLength, StateReader in) {
        exit = Arrays.copyOf(id, id.length + Math.max(0, pageLength));
        exitIdLength = id.length;
        exitPageLength = pageLength;
        if (pageLength > 0) {
            System.arraycopy(in.raw(pageLength), 0, exit, id.length, pageLength);
        }
    }

    private void pack(List<OpenSession> open) {
        StateWriter out = new StateWriter();
        others = open.size() - 1;
        open.subList(0, others).forEach(session -> SessionBytes.write(session, out));
        OpenSession latest = open.get(others);
        SessionBytes.writeFacts(latest, out);
        bytes = out.toBytes();
        sessions = null;
        startMillis = latest.startMillis();
        endMillis = latest.endMillis();
        clicks = latest.clicks();
        pages = latest.pages();
        ingestionTimeMillis = latest.ingestionTimeMillis();
        firstIngestionTimeMillis = latest.first().ingestionTimeMillis();
        firstPartition = latest.first().partition();
        firstOffset = latest.first().offset();
        byte[] id = latest.exit().eventId().getBytes(StandardCharsets.UTF_8);
        String page = latest.exit().page();
        byte[] pageBytes = page == null ? NONE : page.getBytes(StandardCharsets.UTF_8);
        exit = Arrays.copyOf(id, id.length + pageBytes.length);
        System.arraycopy(pageBytes, 0, exit, id.length, pageBytes.length);
        exitIdLength = id.length;
        exitPageLength = page == null ? NULL : pageBytes.length;
    }

    private SessionTimeline unpacked() {
        StateReader in = new StateReader(bytes);
        List<OpenSession> open = new ArrayList<>(others + 1);
        for (int i = 0; i < others; i++) {
            open.add(SessionBytes.read(in));
        }
        SessionBytes.Facts facts = SessionBytes.readFacts(in);
        var first = new FirstReceived(firstIngestionTimeMillis, firstPartition, firstOffset, facts.firstEventId());
        var exited = new Exit(
                new String(exit, 0, exitIdLength, StandardCharsets.UTF_8),
                exitPageLength < 0 ? null : new String(exit, exitIdLength, exitPageLength, StandardCharsets.UTF_8));
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

package io.openclickstream.pipeline.release;

import io.openclickstream.pipeline.source.SourceRecord;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.Reason;
import io.openclickstream.schemas.click.ReceivedClick;
import io.openclickstream.schemas.click.Rejected;
import io.openclickstream.schemas.click.SourcePosition;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The story behind a release's savepoint, a line for each step: {@code click}, {@code rejected} or {@code watermark}. It
 * touches every state: a user with more event ids than a timeline holds, duplicates, a click that is late by the restored
 * watermark alone, open and closed windows, two partitions. Rows do not depend on which of several subtasks is faster.
 * What comes after the savepoint is frozen in the release's folder.
 */
final class SampleRecords {
    private static final long START = 1_700_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final int BUSY_CLICKS = 1_100;

    private final List<String> lines = new ArrayList<>();
    private final long[] nextOffset = new long[2];

    private SampleRecords(long firstOffset) {
        nextOffset[0] = firstOffset;
        nextOffset[1] = firstOffset;
    }

    /** Up to the savepoint. */
    static List<String> before() {
        SampleRecords story = new SampleRecords(0);
        story.click(0, "early-1", "eve", 0, "page_view", "/home", "", "").watermark(36); // final before the savepoint
        for (int i = 0; i < BUSY_CLICKS; i++) {
            story.click(1, "busy-" + i, "busy", 40, "page_view", "/list", "", "");
        }
        story.click(0, "ada-1", "ada", 40, "page_view", "/home", "", "")
                .click(0, "ada-2", "ada", 41, "purchase", "/cart", "12.50", "EUR")
                .click(1, "bob-1", "bob", 42, "page_view", "/home", "", "")
                .click(1, "bob-1", "bob", 42, "page_view", "/home", "", "")
                .click(1, "b7c6d5e4-0000-4000-8000-00000000000b", "bob", 80, "page_view", "/größe", "", "")
                .rejected(0)
                .watermark(46)
                .click(0, "eve-2", "eve", 47, "page_view", "/home", "0.10", "USD");
        return story.lines;
    }

    /** From the savepoint on. */
    static List<String> after() {
        SampleRecords story = new SampleRecords(5_000);
        story.click(0, "late", "ada", 40, "page_view", "/late", "", "") // only the restored watermark knows
                .click(0, "ada-2", "ada", 41, "purchase", "/cart", "12.50", "EUR")
                .click(1, "busy-3", "busy", 50, "page_view", "/list", "", "")
                .click(1, "busy-1099", "busy", 50, "page_view", "/list", "", "") // its id is beside the timeline
                .click(1, "busy-new", "busy", 50, "purchase", "/list", "0.30", "EUR")
                .click(0, "ada-3", "ada", 42, "page_view", "/exit", "0.20", "EUR")
                .click(1, "bob-bridge", "bob", 60, "page_view", "/bridge", "", "") // makes one session of two
                .click(0, "eve-3", "eve", 47, "page_view", "/home", "-0.10", "USD")
                .rejected(1)
                .watermark(70)
                .click(1, "cy-1", "cy", 75, "page_view", "/home", "", "");
        return story.lines;
    }

    private SampleRecords click(
            int partition,
            String eventId,
            String user,
            long minute,
            String type,
            String page,
            String amount,
            String currency) {
        lines.add(String.join(
                "\t",
                "click",
                String.valueOf(partition),
                String.valueOf(nextOffset[partition]++),
                eventId,
                user,
                String.valueOf(START + minute * MINUTE),
                type,
                page,
                amount,
                currency));
        return this;
    }

    private SampleRecords rejected(int partition) {
        lines.add("rejected\t" + partition + "\t" + nextOffset[partition]++);
        return this;
    }

    private SampleRecords watermark(long minute) {
        lines.add("watermark\t" + (START + minute * MINUTE));
        return this;
    }

    /** The watermark of a line; null when it holds a record. */
    static Long watermarkMillis(String line) {
        return line.startsWith("watermark\t") ? Long.valueOf(line.substring(line.indexOf('\t') + 1)) : null;
    }

    /** The record of a line. */
    static SourceRecord record(String line) {
        String[] parts = line.split("\t", -1);
        var position = new SourcePosition("clicks", Integer.parseInt(parts[1]), Long.parseLong(parts[2]), START);
        if (parts[0].equals("rejected")) {
            return new SourceRecord(
                    null, new Rejected(Reason.NOT_JSON, "not JSON", position, null, null, new byte[] {1}));
        }
        Click click = new Click(
                parts[3],
                "shop",
                parts[4],
                Long.parseLong(parts[5]),
                null,
                parts[6],
                null,
                parts[7],
                null,
                null,
                null,
                null,
                null,
                "DE",
                "mobile",
                null,
                null,
                null,
                parts[8].isEmpty() ? null : new BigDecimal(parts[8]),
                parts[9].isEmpty() ? null : parts[9],
                Map.of());
        return new SourceRecord(
                new ReceivedClick(click, position, null, parts[3].getBytes(StandardCharsets.UTF_8)), null);
    }
}

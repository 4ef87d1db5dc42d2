package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickPacker;
import io.openclickstream.schemas.click.ClickText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the scanners of both formats have in common: a click is put together of texts that can be trusted as they stand
 * in the record. Every method says whether that is so; where it is not, or may not be, the record is read the long way,
 * by a {@link ClickReader} and {@link ClickRules}, which alone refuse and mend.
 */
final class PlainClick {
    /** Clicks with more properties and unknown fields than this go the long way, where names are looked up in a set. */
    private static final int MAX_NAMES = 32;

    private static final byte[] PAGE_VIEW = "page_view".getBytes(StandardCharsets.US_ASCII);

    private final byte[] defaultSite;
    private final ClickPacker packer = new ClickPacker();
    private final int[] nameStarts = new int[MAX_NAMES];
    private final int[] nameEnds = new int[MAX_NAMES];

    private byte[] bytes = {};
    private long latestMillis;
    private boolean isTimed;
    private int names;
    private int firstProperty;
    private int urlStart;
    private int urlEnd;

    PlainClick(ClickRules rules) {
        defaultSite = rules.defaultSite().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Begins the next click.
     *
     * @param value the record's value, which the click keeps
     * @param latestEventMillis the latest event time that is trusted
     */
    void begin(byte[] value, long latestEventMillis) {
        bytes = value;
        latestMillis = latestEventMillis;
        packer.reset(value);
        isTimed = false;
        names = 0;
        urlStart = -1;
    }

    /** The click that was put together. */
    Click taken() {
        return packer.pack();
    }

    boolean eventTime(long millis) {
        packer.eventTimeMillis(millis);
        isTimed = millis >= ClickRules.EARLIEST_EVENT_TIME_MILLIS && millis <= latestMillis;
        return isTimed;
    }

    boolean sentAt(long millis) {
        packer.sentAtMillis(millis);
        return millis >= 0;
    }

    /** A text of well-formed UTF-8. */
    boolean text(int field, int start, int end) {
        int length = end - start;
        boolean isTrusted =
                switch (field) {
                    case ClickText.EVENT_ID, ClickText.SITE_ID, ClickText.USER_ID, ClickText.EVENT_TYPE ->
                        isId(start, end);
                    case ClickText.CURRENCY ->
                        length == 3
                                && isCapital(bytes[start])
                                && isCapital(bytes[start + 1])
                                && isCapital(bytes[start + 2]);
                    case ClickText.PAGE -> length <= ClickRules.MAX_PAGE_LENGTH;
                    case ClickText.URL -> {
                        urlStart = start;
                        urlEnd = end;
                        yield length > 0 && length <= ClickRules.MAX_TEXT_LENGTH && bytes[start] > ' ';
                    }
                    default -> length <= ClickRules.MAX_TEXT_LENGTH;
                };
        packer.place(field, start, end);
        return isTrusted;
    }

    /** An amount in plain digits within the limits of a click, as part of the record. */
    void amount(int start, int end) {
        packer.place(ClickText.AMOUNT, start, end);
    }

    /** An amount in plain digits within the limits of a click. */
    void amount(String digits) {
        packer.text(ClickText.AMOUNT, digits);
    }

    /** A field that we do not know, named for the first time. */
    boolean unknownField(int start, int end) {
        return isNewName(0, start, end);
    }

    /** Begins the properties, of which a record has one set. */
    void beginProperties() {
        firstProperty = names;
    }

    /** A property of well-formed UTF-8, named for the first time. */
    boolean property(int keyStart, int keyEnd, int valueStart, int valueEnd) {
        packer.property(keyStart, keyEnd, valueStart, valueEnd);
        return isNewName(firstProperty, keyStart, keyEnd);
    }

    /** Fills in what may be left out, and says whether nothing else is. */
    boolean isWhole() {
        if (!isTimed || !packer.has(ClickText.EVENT_ID) || !packer.has(ClickText.USER_ID)) {
            return false;
        }
        if (!packer.has(ClickText.SITE_ID)) {
            packer.text(ClickText.SITE_ID, defaultSite);
        }
        if (!packer.has(ClickText.EVENT_TYPE)) {
            packer.text(ClickText.EVENT_TYPE, PAGE_VIEW);
        }
        if (packer.has(ClickText.AMOUNT) && !packer.has(ClickText.CURRENCY)) {
            return false;
        }
        return packer.has(ClickText.PAGE) || urlStart < 0 || pageOfUrl();
    }

    /** Whether this is printable ASCII that begins with no blank. */
    private boolean isId(int start, int end) {
        int length = end - start;
        if (length == 0 || length > ClickRules.MAX_ID_LENGTH || bytes[start] == ' ') {
            return false;
        }
        int at = start;
        for (; at + 8 <= end; at += 8) {
            if (unprintable(EightBytes.whole(bytes, at)) != 0) {
                return false;
            }
        }
        return EightBytes.first(unprintable(EightBytes.orZeros(bytes, at))) >= end - at;
    }

    private static long unprintable(long eight) {
        return EightBytes.notAscii(eight) | EightBytes.below(eight, ' ') | EightBytes.equal(eight, 0x7F);
    }

    private static boolean isCapital(byte b) {
        return b >= 'A' && b <= 'Z';
    }

    private boolean isNewName(int first, int start, int end) {
        if (end - start > ClickRules.MAX_ID_LENGTH || names == MAX_NAMES) {
            return false;
        }
        for (int i = first; i < names; i++) {
            if (Arrays.equals(bytes, nameStarts[i], nameEnds[i], bytes, start, end)) {
                return false;
            }
        }
        nameStarts[names] = start;
        nameEnds[names++] = end;
        return true;
    }

    /** As {@code PagePath}: the URL without scheme, host, query and fragment. */
    private boolean pageOfUrl() {
        int start = urlStart;
        int first = endOfPart(urlStart, true);
        boolean hasHost = first > urlStart + 1
                && first + 1 < urlEnd
                && bytes[first - 1] == ':'
                && bytes[first] == '/'
                && bytes[first + 1] == '/';
        if (hasHost) {
            start = endOfPart(first + 2, true);
            if (start == urlEnd) {
                return false;
            }
        }
        int end = endOfPart(start, false);
        packer.place(ClickText.PAGE, start, end);
        return end > start && end - start <= ClickRules.MAX_PAGE_LENGTH;
    }

    /** The first of ? and #, and of / when asked for; the end of the URL when there is none. */
    private int endOfPart(int from, boolean slashToo) {
        int at = from;
        for (; at < urlEnd; at += 8) {
            long eight = EightBytes.orZeros(bytes, at);
            long marks = EightBytes.equal(eight, '?') | EightBytes.equal(eight, '#');
            if (slashToo) {
                marks |= EightBytes.equal(eight, '/');
            }
            if (marks != 0) {
                return Math.min(urlEnd, at + EightBytes.first(marks));
            }
        }
        return urlEnd;
    }
}

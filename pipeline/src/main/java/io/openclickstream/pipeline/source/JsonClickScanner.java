package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickPacker;
import io.openclickstream.schemas.click.ClickText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads plain clicks straight from their bytes: it finds where each text stands and copies it, without making strings.
 * Whatever is unusual, wrong or merely doubtful (an escape, an exponent, an unknown nested field, a field named twice) it
 * leaves to {@link JsonClickReader} and {@link ClickRules}, which alone decide what such a record is. So it may refuse
 * nothing and mend nothing, and what it does take must be what those two would have made of it; a test compares them over
 * random records.
 */
final class JsonClickScanner {
    private static final List<String> NAMES = List.of(
            "event_id",
            "site_id",
            "user_id",
            "event_type",
            "url",
            "page",
            "referrer",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
            "country",
            "device",
            "os",
            "browser",
            "currency",
            "amount",
            "properties",
            "event_time",
            "sent_at");
    private static final int EVENT_TIME = ClickText.PROPERTIES + 1;
    private static final int SENT_AT = ClickText.PROPERTIES + 2;
    private static final int UNKNOWN = -1;

    private static final int SLOTS = 32;
    private static final byte[][] SLOT_NAMES = new byte[SLOTS][];
    private static final int[] SLOT_FIELDS = new int[SLOTS];

    static {
        for (int field = 0; field < NAMES.size(); field++) {
            byte[] name = NAMES.get(field).getBytes(StandardCharsets.US_ASCII);
            int slot = slot(name, 0, name.length);
            if (SLOT_NAMES[slot] != null) {
                throw new AssertionError("Two field names share a slot; choose other factors in slot().");
            }
            SLOT_NAMES[slot] = name;
            SLOT_FIELDS[slot] = field;
        }
    }

    /** Clicks with more unknown fields and properties than this go the long way, where names are looked up in a set. */
    private static final int MAX_NAMES = 32;

    private static final byte[] PAGE_VIEW = "page_view".getBytes(StandardCharsets.US_ASCII);

    private final byte[] defaultSite;
    private final ClickPacker packer = new ClickPacker();
    private final int[] nameStarts = new int[MAX_NAMES];
    private final int[] nameEnds = new int[MAX_NAMES];

    private byte[] bytes = {};
    private int at;
    private int textStart;
    private int textEnd;
    private boolean isAscii;
    private int urlStart;
    private int urlEnd;

    JsonClickScanner(ClickRules rules) {
        defaultSite = rules.defaultSite().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a record.
     *
     * @param latestMillis the latest event time that is trusted
     * @return the click, or null when the record has to be read the long way
     */
    @Nullable
    Click scan(byte[] value, long latestMillis) {
        bytes = value;
        at = 0;
        packer.reset();
        urlStart = -1;
        return object(latestMillis) ? packer.pack() : null;
    }

    private boolean object(long latestMillis) {
        if (next() != '{') {
            return false;
        }
        int seen = 0;
        int unknown = 0;
        boolean isTimed = false;
        int c = next();
        while (c == '"') {
            if (!text() || !isAscii || textEnd - textStart > ClickRules.MAX_ID_LENGTH) {
                return false;
            }
            int field = field(textStart, textEnd);
            if (field == UNKNOWN) {
                if (unknown == MAX_NAMES || isKnownName(unknown)) {
                    return false;
                }
                nameStarts[unknown] = textStart;
                nameEnds[unknown++] = textEnd;
            } else if ((seen & 1 << field) != 0) {
                return false;
            } else {
                seen |= 1 << field;
            }
            if (next() != ':') {
                return false;
            }
            c = next();
            if (c == 'n') {
                if (!literal("null")) {
                    return false;
                }
            } else if (field == EVENT_TIME) {
                long millis = whole(c);
                isTimed = millis >= ClickRules.EARLIEST_EVENT_TIME_MILLIS && millis <= latestMillis;
                packer.eventTimeMillis(millis);
                if (!isTimed) {
                    return false;
                }
            } else if (field == SENT_AT) {
                long millis = whole(c);
                if (millis < 0) {
                    return false;
                }
                packer.sentAtMillis(millis);
            } else if (field == ClickText.AMOUNT) {
                if (!amount(c)) {
                    return false;
                }
            } else if (field == ClickText.PROPERTIES) {
                if (c != '{' || !properties(unknown)) {
                    return false;
                }
            } else if (field == UNKNOWN) {
                if (!scalar(c)) {
                    return false;
                }
            } else if (c != '"' || !text() || !isTrusted(field)) {
                return false;
            }
            c = next();
            if (c == ',') {
                c = next();
                if (c != '"') {
                    return false;
                }
            } else if (c != '}') {
                return false;
            }
        }
        return c == '}' && isAtEnd() && isTimed && isWhole();
    }

    /** Fills in what may be left out, and checks that nothing else is. */
    private boolean isWhole() {
        if (!packer.has(ClickText.EVENT_ID) || !packer.has(ClickText.USER_ID)) {
            return false;
        }
        if (!packer.has(ClickText.SITE_ID)) {
            packer.text(ClickText.SITE_ID, defaultSite, 0, defaultSite.length);
        }
        if (!packer.has(ClickText.EVENT_TYPE)) {
            packer.text(ClickText.EVENT_TYPE, PAGE_VIEW, 0, PAGE_VIEW.length);
        }
        if (packer.has(ClickText.AMOUNT) && !packer.has(ClickText.CURRENCY)) {
            return false;
        }
        return packer.has(ClickText.PAGE) || urlStart < 0 || pageOfUrl();
    }

    private boolean isTrusted(int field) {
        int length = textEnd - textStart;
        switch (field) {
            case ClickText.EVENT_ID, ClickText.SITE_ID, ClickText.USER_ID, ClickText.EVENT_TYPE -> {
                // Ids must not be blank or hold control characters, of which some lie beyond ASCII.
                if (!isAscii || length == 0 || length > ClickRules.MAX_ID_LENGTH || isBlankOrControl()) {
                    return false;
                }
            }
            case ClickText.CURRENCY -> {
                if (length != 3 || !isCapital(0) || !isCapital(1) || !isCapital(2)) {
                    return false;
                }
            }
            case ClickText.PAGE -> {
                if (length > ClickRules.MAX_PAGE_LENGTH) {
                    return false;
                }
            }
            case ClickText.URL -> {
                if (length == 0 || length > ClickRules.MAX_TEXT_LENGTH || bytes[textStart] <= ' ') {
                    return false;
                }
                urlStart = textStart;
                urlEnd = textEnd;
            }
            default -> {
                if (length > ClickRules.MAX_TEXT_LENGTH) {
                    return false;
                }
            }
        }
        packer.text(field, bytes, textStart, textEnd);
        return true;
    }

    /** Whether the text begins with a blank, or holds DEL; other control characters are refused by {@link #text}. */
    private boolean isBlankOrControl() {
        if (bytes[textStart] == ' ') {
            return true;
        }
        for (int i = textStart; i < textEnd; i++) {
            if (bytes[i] == 0x7F) {
                return true;
            }
        }
        return false;
    }

    private boolean isCapital(int index) {
        byte b = bytes[textStart + index];
        return b >= 'A' && b <= 'Z';
    }

    /** As {@code PagePath}: the URL without scheme, host, query and fragment. */
    private boolean pageOfUrl() {
        int start = urlStart;
        int first = firstOf(urlStart, true);
        int scheme = -1;
        for (int i = urlStart; i + 2 < urlEnd && scheme < 0; i++) {
            if (bytes[i] == ':' && bytes[i + 1] == '/' && bytes[i + 2] == '/') {
                scheme = i;
            }
        }
        if (scheme > urlStart && scheme < first) {
            start = firstOf(scheme + 3, true);
            if (start == urlEnd) {
                return false;
            }
        }
        int end = firstOf(start, false);
        if (end == start || end - start > ClickRules.MAX_PAGE_LENGTH) {
            return false;
        }
        packer.text(ClickText.PAGE, bytes, start, end);
        return true;
    }

    /** The first of ? and #, and of / when asked for; the end of the URL when there is none. */
    private int firstOf(int from, boolean slashToo) {
        for (int i = from; i < urlEnd; i++) {
            byte b = bytes[i];
            if (b == '?' || b == '#' || (slashToo && b == '/')) {
                return i;
            }
        }
        return urlEnd;
    }

    private boolean properties(int unknown) {
        int first = unknown; // names of unknown fields stand before those of the properties
        int known = unknown;
        int c = next();
        while (c == '"') {
            if (!text() || textEnd - textStart > ClickRules.MAX_ID_LENGTH || known == nameStarts.length) {
                return false;
            }
            int keyStart = textStart;
            int keyEnd = textEnd;
            for (int i = first; i < known; i++) {
                if (isSame(nameStarts[i], nameEnds[i], keyStart, keyEnd)) {
                    return false;
                }
            }
            nameStarts[known] = keyStart;
            nameEnds[known++] = keyEnd;
            if (next() != ':' || next() != '"' || !text()) {
                return false;
            }
            packer.property(bytes, keyStart, keyEnd, textStart, textEnd);
            c = next();
            if (c == ',') {
                c = next();
                if (c != '"') {
                    return false;
                }
            } else if (c != '}') {
                return false;
            }
        }
        return c == '}';
    }

    private boolean isKnownName(int unknown) {
        for (int i = 0; i < unknown; i++) {
            if (isSame(nameStarts[i], nameEnds[i], textStart, textEnd)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSame(int aStart, int aEnd, int bStart, int bEnd) {
        return Arrays.equals(bytes, aStart, aEnd, bytes, bStart, bEnd);
    }

    /** A decimal of at most 18 digits before and 9 after the point, in the form that {@code toPlainString} gives it. */
    private boolean amount(int first) {
        boolean isText = first == '"';
        int start = isText ? at : at - 1;
        int i = start;
        if (i < bytes.length && bytes[i] == '-') {
            i++;
        }
        int digits = i;
        boolean isZero = true;
        while (i < bytes.length && isDigit(bytes[i])) {
            isZero &= bytes[i] == '0';
            i++;
        }
        int before = i - digits;
        if (before == 0 || before > 18 || (before > 1 && bytes[digits] == '0')) {
            return false;
        }
        if (i < bytes.length && bytes[i] == '.') {
            int point = i++;
            while (i < bytes.length && isDigit(bytes[i])) {
                isZero &= bytes[i] == '0';
                i++;
            }
            if (i == point + 1 || i - point - 1 > Click.AMOUNT_SCALE) {
                return false;
            }
        }
        if (isZero && digits > start) {
            return false; // minus zero
        }
        if (isText) {
            if (i == bytes.length || bytes[i] != '"') {
                return false;
            }
            at = i + 1;
        } else {
            if (i < bytes.length && (bytes[i] == 'e' || bytes[i] == 'E')) {
                return false;
            }
            at = i;
        }
        packer.text(ClickText.AMOUNT, bytes, start, i);
        return true;
    }

    /** A whole number of 1 to 18 digits, neither negative nor with an exponent; -1 for anything else. */
    private long whole(int first) {
        if (first < '0' || first > '9') {
            return -1;
        }
        long number = (long) first - '0';
        int start = at;
        while (at < bytes.length && isDigit(bytes[at])) {
            number = number * 10 + (bytes[at++] - '0');
            if (at - start > 17) {
                return -1;
            }
        }
        boolean isOther = (first == '0' && at > start)
                || (at < bytes.length && (bytes[at] == '.' || bytes[at] == 'e' || bytes[at] == 'E'));
        return isOther ? -1 : number;
    }

    /** Skips a text, a plain whole number, true or false. */
    private boolean scalar(int first) {
        return switch (first) {
            case '"' -> text();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            default -> whole(first) >= 0;
        };
    }

    private boolean literal(String expected) {
        int start = at - 1;
        if (start + expected.length() > bytes.length) {
            return false;
        }
        for (int i = 1; i < expected.length(); i++) {
            if (bytes[start + i] != expected.charAt(i)) {
                return false;
            }
        }
        at = start + expected.length();
        return true;
    }

    /**
     * Reads a text whose opening quote is read, up to and with its closing quote. False for escapes, control characters
     * and what is not UTF-8.
     */
    private boolean text() {
        int i = at;
        textStart = i;
        isAscii = true;
        while (i < bytes.length) {
            byte b = bytes[i];
            if (b == '"') {
                textEnd = i;
                at = i + 1;
                return true;
            }
            if (b >= ' ') {
                if (b == '\\') {
                    return false;
                }
                i++;
            } else {
                int length = b >= 0 ? 0 : utf8Length(i);
                if (length == 0) {
                    return false;
                }
                isAscii = false;
                i += length;
            }
        }
        return false;
    }

    /** Length of the well-formed UTF-8 sequence of 2 or 3 bytes that begins here; 0 for anything else. */
    private int utf8Length(int i) {
        int first = bytes[i] & 0xFF;
        if (first >= 0xC2 && first <= 0xDF) {
            return isContinued(i + 1) ? 2 : 0;
        }
        if (first >= 0xE1 && first <= 0xEC) {
            return isContinued(i + 1) && isContinued(i + 2) ? 3 : 0;
        }
        return 0;
    }

    private boolean isContinued(int i) {
        return i < bytes.length && (bytes[i] & 0xC0) == 0x80;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** The next byte that is no white space; -1 at the end. */
    private int next() {
        while (at < bytes.length) {
            byte b = bytes[at++];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
        }
        return -1;
    }

    private boolean isAtEnd() {
        return next() == -1 && at == bytes.length;
    }

    private int field(int start, int end) {
        if (end - start < 2) {
            return UNKNOWN;
        }
        int slot = slot(bytes, start, end);
        byte[] name = SLOT_NAMES[slot];
        return name != null && Arrays.equals(name, 0, name.length, bytes, start, end) ? SLOT_FIELDS[slot] : UNKNOWN;
    }

    /** These factors tell all names apart; the class does not load with others that don't. */
    private static int slot(byte[] text, int start, int end) {
        int middle = text[start + (end - start) / 2];
        return (text[start] * 4 + text[end - 2] * 5 + middle * 13 + (end - start) * 13) & (SLOTS - 1);
    }
}

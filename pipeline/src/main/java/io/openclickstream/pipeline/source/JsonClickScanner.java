package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.ClickRules;
import io.openclickstream.schemas.click.Click;
import io.openclickstream.schemas.click.ClickText;
import org.jspecify.annotations.Nullable;

/**
 * Reads plain JSON. An escape, an exponent, a field named twice or an unknown one that is nested are not plain; see {@link
 * ClickScanner}.
 */
final class JsonClickScanner implements ClickScanner {
    private static final int LONGEST_NUMBER = 18;

    /** Where reading goes on when the record is not plain: nowhere. */
    private static final int NOT_PLAIN = -1;

    private final PlainClick click;
    private final JsonNames names = new JsonNames();
    private byte[] bytes = {};

    JsonClickScanner(ClickRules rules) {
        click = new PlainClick(rules);
    }

    @Override
    public @Nullable Click scan(byte[] value, long latestMillis) {
        bytes = value;
        click.begin(value, latestMillis);
        int end = object();
        return end != NOT_PLAIN && next(end) == value.length && click.isWhole() ? click.taken() : null;
    }

    /** Where the object ends that the record consists of. */
    private int object() {
        int at = next(0);
        if (!isAt(at, '{')) {
            return NOT_PLAIN;
        }
        int seen = 0;
        int field = JsonNames.NONE;
        do {
            at = next(at + 1);
            if (!isAt(at, '"')) {
                return NOT_PLAIN;
            }
            int name = at + 1;
            int before = field;
            field = names.field(bytes, name, before);
            if (field == JsonNames.UNKNOWN) {
                at = text(name);
                if (at == NOT_PLAIN || !click.unknownField(name, at)) {
                    return NOT_PLAIN;
                }
            } else {
                if ((seen & 1 << field) != 0) {
                    return NOT_PLAIN;
                }
                seen |= 1 << field;
                at = name + JsonNames.length(field);
            }
            at = value(field, at + 1);
            if (field == JsonNames.UNKNOWN) {
                field = before;
            }
            if (at == NOT_PLAIN) {
                return NOT_PLAIN;
            }
            at = next(at);
        } while (isAt(at, ','));
        return isAt(at, '}') ? at + 1 : NOT_PLAIN;
    }

    /** Reads colon and value behind a name; where the value ends. */
    private int value(int field, int afterName) {
        int colon = next(afterName);
        int at = next(colon + 1);
        if (!isAt(colon, ':') || at == bytes.length) {
            return NOT_PLAIN;
        }
        if (bytes[at] == 'n') {
            return literal(at, "null");
        }
        return switch (field) {
            case JsonNames.EVENT_TIME -> {
                int end = whole(at);
                yield end != NOT_PLAIN && click.eventTime(number(at, end)) ? end : NOT_PLAIN;
            }
            case JsonNames.SENT_AT -> {
                int end = whole(at);
                yield end != NOT_PLAIN && click.sentAt(number(at, end)) ? end : NOT_PLAIN;
            }
            case ClickText.AMOUNT -> amount(at);
            case JsonNames.PROPERTIES -> bytes[at] == '{' ? properties(at) : NOT_PLAIN;
            case JsonNames.UNKNOWN -> scalar(at);
            default -> {
                int end = bytes[at] == '"' ? text(at + 1) : NOT_PLAIN;
                yield end != NOT_PLAIN && click.text(field, at + 1, end) ? end + 1 : NOT_PLAIN;
            }
        };
    }

    private int properties(int start) {
        click.beginProperties();
        int at = next(start + 1);
        if (isAt(at, '}')) {
            return at + 1;
        }
        while (isAt(at, '"')) {
            int key = at + 1;
            int keyEnd = text(key);
            int colon = keyEnd == NOT_PLAIN ? NOT_PLAIN : next(keyEnd + 1);
            if (!isAt(colon, ':')) {
                return NOT_PLAIN;
            }
            int quote = next(colon + 1);
            int end = isAt(quote, '"') ? text(quote + 1) : NOT_PLAIN;
            if (end == NOT_PLAIN || !click.property(key, keyEnd, quote + 1, end)) {
                return NOT_PLAIN;
            }
            at = next(end + 1);
            if (isAt(at, '}')) {
                return at + 1;
            }
            if (!isAt(at, ',')) {
                return NOT_PLAIN;
            }
            at = next(at + 1);
        }
        return NOT_PLAIN;
    }

    /** Reads a decimal of at most 18 digits before and 9 after the point, in the form of {@code toPlainString}. */
    private int amount(int first) {
        boolean isText = bytes[first] == '"';
        int start = isText ? first + 1 : first;
        int digits = isAt(start, '-') ? start + 1 : start;
        int end = digits(digits);
        int before = end - digits;
        if (before == 0 || before > LONGEST_NUMBER || (before > 1 && bytes[digits] == '0')) {
            return NOT_PLAIN;
        }
        if (isAt(end, '.')) {
            int point = end;
            end = digits(point + 1);
            if (end == point + 1 || end - point - 1 > Click.AMOUNT_SCALE) {
                return NOT_PLAIN;
            }
        }
        if (digits > start && isZero(digits, end)) {
            return NOT_PLAIN; // minus zero
        }
        click.amount(start, end);
        if (isText) {
            return isAt(end, '"') ? end + 1 : NOT_PLAIN;
        }
        return isAt(end, 'e') || isAt(end, 'E') ? NOT_PLAIN : end;
    }

    private boolean isZero(int start, int end) {
        for (int i = start; i < end; i++) {
            if (bytes[i] != '0' && bytes[i] != '.') {
                return false;
            }
        }
        return true;
    }

    /** Reads a whole number of 1 to 18 digits, neither negative nor with an exponent; where it ends. */
    private int whole(int start) {
        int end = digits(start);
        int length = end - start;
        return length == 0
                        || length > LONGEST_NUMBER
                        || (length > 1 && bytes[start] == '0')
                        || isAt(end, '.')
                        || isAt(end, 'e')
                        || isAt(end, 'E')
                ? NOT_PLAIN
                : end;
    }

    private long number(int start, int end) {
        byte[] record = bytes;
        long number = 0;
        for (int i = start; i < end; i++) {
            number = number * 10 + (record[i] - '0');
        }
        return number;
    }

    /** Where digits end. */
    private int digits(int start) {
        byte[] record = bytes;
        int at = start;
        while (at < record.length && record[at] >= '0' && record[at] <= '9') {
            at++;
        }
        return at;
    }

    /** Skips a text, a plain whole number, true or false. */
    private int scalar(int at) {
        return switch (bytes[at]) {
            case '"' -> {
                int end = text(at + 1);
                yield end == NOT_PLAIN ? NOT_PLAIN : end + 1;
            }
            case 't' -> literal(at, "true");
            case 'f' -> literal(at, "false");
            default -> whole(at);
        };
    }

    private int literal(int at, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (!isAt(at + i, expected.charAt(i))) {
                return NOT_PLAIN;
            }
        }
        return at + expected.length();
    }

    /**
     * Where the closing quote stands of a text that begins here. Escapes, control characters and what is not UTF-8 are not
     * plain.
     */
    private int text(int start) {
        byte[] record = bytes;
        int at = start;
        while (at < record.length) {
            int plain = EightBytes.first(notPlain(EightBytes.orZeros(record, at)));
            at += plain;
            if (plain == 8) {
                continue;
            }
            if (at >= record.length) {
                return NOT_PLAIN;
            }
            byte b = record[at];
            if (b == '"') {
                return at;
            }
            int length = b < 0 ? Utf8.length(record, at, record.length) : 0;
            if (length == 0) {
                return NOT_PLAIN;
            }
            at += length;
        }
        return NOT_PLAIN;
    }

    private static long notPlain(long eight) {
        return EightBytes.notAscii(eight)
                | EightBytes.below(eight, ' ')
                | EightBytes.equal(eight, '"')
                | EightBytes.equal(eight, '\\');
    }

    private boolean isAt(int at, char expected) {
        return at >= 0 && at < bytes.length && bytes[at] == expected;
    }

    /** Where the next byte stands that is no white space; the end of the record when there is none. */
    private int next(int from) {
        byte[] record = bytes;
        int at = from;
        while (at < record.length && record[at] <= ' ' && isBlank(record[at])) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}

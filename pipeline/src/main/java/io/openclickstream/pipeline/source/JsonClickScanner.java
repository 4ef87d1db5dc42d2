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
    private static final int END = Integer.MIN_VALUE;
    private static final int LONGEST_NUMBER = 18;

    private final PlainClick click;
    private byte[] bytes = {};
    private int at;
    private int textStart;
    private int textEnd;

    JsonClickScanner(ClickRules rules) {
        click = new PlainClick(rules);
    }

    @Override
    public @Nullable Click scan(byte[] value, long latestMillis) {
        bytes = value;
        at = 0;
        click.begin(value, latestMillis);
        return object() && next() == END && click.isWhole() ? click.taken() : null;
    }

    private boolean object() {
        if (next() != '{') {
            return false;
        }
        int seen = 0;
        int c = next();
        while (c == '"') {
            int field = JsonNames.field(bytes, at);
            if (field == JsonNames.UNKNOWN) {
                if (!text() || !click.unknownField(textStart, textEnd)) {
                    return false;
                }
            } else {
                int bit = 1 << field;
                if ((seen & bit) != 0) {
                    return false;
                }
                seen |= bit;
                at += JsonNames.length(field) + 1;
            }
            if (next() != ':' || !value(field, next())) {
                return false;
            }
            c = next();
            if (c == '}') {
                return true;
            }
            if (c != ',') {
                return false;
            }
            c = next();
        }
        return false;
    }

    private boolean value(int field, int first) {
        if (first == 'n') {
            return literal("null");
        }
        return switch (field) {
            case JsonNames.EVENT_TIME -> click.eventTime(whole(first));
            case JsonNames.SENT_AT -> click.sentAt(whole(first));
            case ClickText.AMOUNT -> amount(first);
            case JsonNames.PROPERTIES -> first == '{' && properties();
            case JsonNames.UNKNOWN -> scalar(first);
            default -> first == '"' && text() && click.text(field, textStart, textEnd);
        };
    }

    private boolean properties() {
        click.beginProperties();
        int c = next();
        while (c == '"') {
            if (!text()) {
                return false;
            }
            int keyStart = textStart;
            int keyEnd = textEnd;
            if (next() != ':' || next() != '"' || !text() || !click.property(keyStart, keyEnd, textStart, textEnd)) {
                return false;
            }
            c = next();
            if (c == '}') {
                return true;
            }
            if (c != ',') {
                return false;
            }
            c = next();
            if (c != '"') {
                return false;
            }
        }
        return c == '}';
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
        if (before == 0 || before > LONGEST_NUMBER || (before > 1 && bytes[digits] == '0')) {
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
        click.amount(start, i);
        return true;
    }

    /** A whole number of 1 to 18 digits, neither negative nor with an exponent; -1 for anything else. */
    private long whole(int first) {
        if (first < '0' || first > '9') {
            return -1;
        }
        byte[] record = bytes;
        int start = at - 1;
        int end = Math.min(record.length, start + LONGEST_NUMBER + 1);
        long number = (long) first - '0';
        int i = start + 1;
        while (i < end && isDigit(record[i])) {
            number = number * 10 + (record[i++] - '0');
        }
        at = i;
        boolean isOther = i - start > LONGEST_NUMBER
                || (first == '0' && i > start + 1)
                || (i < record.length && (record[i] == '.' || record[i] == 'e' || record[i] == 'E'));
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
        byte[] record = bytes;
        int i = at;
        textStart = i;
        while (i < record.length) {
            int plain = EightBytes.first(notPlain(EightBytes.orZeros(record, i)));
            i += plain;
            if (plain == 8) {
                continue;
            }
            if (i >= record.length) {
                return false;
            }
            byte b = record[i];
            if (b == '"') {
                textEnd = i;
                at = i + 1;
                return true;
            }
            int length = b < 0 ? Utf8.length(record, i, record.length) : 0;
            if (length == 0) {
                return false;
            }
            i += length;
        }
        return false;
    }

    private static long notPlain(long eight) {
        return EightBytes.notAscii(eight)
                | EightBytes.below(eight, ' ')
                | EightBytes.equal(eight, '"')
                | EightBytes.equal(eight, '\\');
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** The next byte that is no white space; {@link #END} after the last. */
    private int next() {
        byte[] record = bytes;
        while (at < record.length) {
            byte b = record[at++];
            if (b > ' ' || (b != ' ' && b != '\n' && b != '\r' && b != '\t')) {
                return b;
            }
        }
        return END;
    }
}

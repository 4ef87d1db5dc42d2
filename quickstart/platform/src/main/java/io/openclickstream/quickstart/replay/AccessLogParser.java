package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.replay.RowResult.Row;
import io.openclickstream.quickstart.replay.RowResult.Unreadable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a line of an Apache or NGINX access log in the combined format, or in the common format that lacks the last
 * two fields: {@code host logname remote_user [time] "request" status bytes "referrer" "user_agent"}. What follows
 * them is ignored. A quote inside a quoted field is written {@code \"}; a field whose last quote is missing makes the
 * whole line unreadable, for the field then lost its end.
 */
final class AccessLogParser implements RowParser {
    @Override
    public RowResult parse(String text) {
        Scanner scanner = new Scanner(text);
        Map<String, String> values = new LinkedHashMap<>();
        try {
            put(values, "host", scanner.word("the host"));
            put(values, "logname", scanner.word("the log name"));
            put(values, "remote_user", scanner.word("the user"));
            put(values, "time", scanner.enclosed('[', ']', "the time"));
            request(values, scanner.enclosed('"', '"', "the request"));
            put(values, "status", scanner.word("the status"));
            if (!scanner.atEnd()) {
                put(values, "bytes", scanner.word("the size"));
            }
            if (!scanner.atEnd()) {
                put(values, "referrer", scanner.enclosed('"', '"', "the referrer"));
            }
            if (!scanner.atEnd()) {
                put(values, "user_agent", scanner.enclosed('"', '"', "the user agent"));
            }
        } catch (Scanner.Mismatch e) {
            return new Unreadable("not a line of an access log: " + e.getMessage());
        }
        return new Row(values);
    }

    /** {@code GET /page HTTP/1.1}; anything else, such as bytes of a TLS greeting, is a request for no page. */
    private static void request(Map<String, String> values, String request) {
        int first = request.indexOf(' ');
        int last = request.lastIndexOf(' ');
        if (first > 0 && last > first) {
            put(values, "method", request.substring(0, first));
            put(values, "url", request.substring(first + 1, last).strip());
            put(values, "protocol", request.substring(last + 1));
        } else if (first > 0) {
            put(values, "method", request.substring(0, first));
            put(values, "url", request.substring(first + 1));
        }
    }

    private static void put(Map<String, String> values, String name, String value) {
        if (RowParser.isGiven(value)) {
            values.put(name, value);
        }
    }

    /** Walks over a line once, from left to right. */
    private static final class Scanner {
        private static final class Mismatch extends Exception {
            private static final long serialVersionUID = 1L;

            Mismatch(String message) {
                super(message, null, false, false);
            }
        }

        private final String text;
        private int position;

        Scanner(String text) {
            this.text = text;
        }

        boolean atEnd() {
            while (position < text.length() && text.charAt(position) == ' ') {
                position++;
            }
            return position == text.length();
        }

        String word(String what) throws Mismatch {
            if (atEnd()) {
                throw new Mismatch(what + " is missing");
            }
            int space = text.indexOf(' ', position);
            int end = space < 0 ? text.length() : space;
            String word = text.substring(position, end);
            position = end;
            return word;
        }

        String enclosed(char open, char close, String what) throws Mismatch {
            if (atEnd() || text.charAt(position) != open) {
                throw new Mismatch(what + " does not begin with " + open);
            }
            int start = position + 1;
            @Nullable StringBuilder unescaped = null;
            for (int i = start; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '\\' && i + 1 < text.length() && isEscaped(text.charAt(i + 1), close)) {
                    unescaped = unescaped == null ? new StringBuilder(text.substring(start, i)) : unescaped;
                    i++;
                    unescaped.append(text.charAt(i));
                } else if (c == close) {
                    position = i + 1;
                    return unescaped == null ? text.substring(start, i) : unescaped.toString();
                } else if (unescaped != null) {
                    unescaped.append(c);
                }
            }
            throw new Mismatch(what + " has no closing " + close);
        }

        private static boolean isEscaped(char c, char close) {
            return c == '\\' || c == close;
        }
    }
}

package io.openclickstream.maintenance;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds ids of users in bytes of which nobody knows the form: JSON, Avro, a broken record, a manifest. An id counts where
 * no letter and no digit touches it, or where its length stands before it as Avro writes it; so user {@code 7} is not
 * found in {@code 17}. It is looked for as UTF-8, as in a URL, and as JSON may escape it.
 */
final class Traces {
    private static final int VARINT_BITS = 7;

    @SuppressWarnings("ArrayRecordComponent") // nobody changes or compares them
    private record Needle(byte[] bytes, byte[] length) {
        static Needle of(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return new Needle(bytes, varint(2L * bytes.length));
        }

        private static byte[] varint(long zigzag) {
            byte[] bytes = new byte[Long.SIZE / VARINT_BITS + 1];
            int count = 0;
            long rest = zigzag;
            while (rest > 0x7f) {
                bytes[count++] = (byte) ((rest & 0x7f) | 0x80);
                rest >>>= VARINT_BITS;
            }
            bytes[count++] = (byte) rest;
            return Arrays.copyOf(bytes, count);
        }
    }

    private final List<Needle> needles;

    Traces(Collection<Person> persons) {
        Set<String> forms = new LinkedHashSet<>();
        for (Person person : persons) {
            forms.add(person.user());
            forms.add(URLEncoder.encode(person.user(), StandardCharsets.UTF_8));
            forms.add(escaped(person.user()));
        }
        needles = forms.stream().map(Needle::of).toList();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '"' || letter == '\\') {
                escaped.append('\\').append(letter);
            } else if (letter < ' ' || letter > '~') {
                escaped.append("\\u%04x".formatted((int) letter));
            } else {
                escaped.append(letter);
            }
        }
        return escaped.toString();
    }

    /** Whether any of the ids is in there. */
    boolean isIn(byte[] bytes) {
        for (Needle needle : needles) {
            for (int at = next(bytes, needle.bytes(), 0); at >= 0; at = next(bytes, needle.bytes(), at + 1)) {
                int end = at + needle.bytes().length;
                if ((isAlone(bytes, at - 1) && isAlone(bytes, end)) || hasBefore(bytes, at, needle.length())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int next(byte[] bytes, byte[] needle, int from) {
        for (int at = from; at <= bytes.length - needle.length; at++) {
            if (bytes[at] == needle[0] && Arrays.equals(bytes, at, at + needle.length, needle, 0, needle.length)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isAlone(byte[] bytes, int index) {
        if (index < 0 || index >= bytes.length) {
            return true;
        }
        int letter = bytes[index];
        return !((letter >= '0' && letter <= '9')
                || (letter >= 'a' && letter <= 'z')
                || (letter >= 'A' && letter <= 'Z'));
    }

    private static boolean hasBefore(byte[] bytes, int at, byte[] length) {
        return at >= length.length && Arrays.equals(bytes, at - length.length, at, length, 0, length.length);
    }
}

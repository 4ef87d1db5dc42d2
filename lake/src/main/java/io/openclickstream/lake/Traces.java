package io.openclickstream.lake;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds ids of users in bytes of which nobody knows the form: JSON, Avro, a broken record, a manifest, an entry of Flink's
 * state. An id counts where no letter and no digit touches it, or where its length stands before it as Avro writes it,
 * and in state as Flink does; so user {@code 7} is not found in {@code 17}. It is looked for as UTF-8, as in a URL, and as
 * JSON may escape it.
 */
public final class Traces {
    private static final int VARINT_BITS = 7;

    /** @param length what stands before the bytes where their length does */
    @SuppressWarnings("ArrayRecordComponent") // nobody changes or compares them
    private record Needle(byte[] bytes, byte[] length) {
        /** As Avro writes texts, and everybody else who does not write a length. */
        static Needle utf8(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return new Needle(bytes, varint(2L * bytes.length));
        }

        /** As Flink writes texts: a number for each letter, and before them one more than there are. */
        static Needle flink(String text) {
            var bytes = new ByteArrayOutputStream();
            for (int i = 0; i < text.length(); i++) {
                bytes.writeBytes(varint(text.charAt(i)));
            }
            return new Needle(bytes.toByteArray(), varint(text.length() + 1L));
        }

        private static byte[] varint(long number) {
            byte[] bytes = new byte[Long.SIZE / VARINT_BITS + 1];
            int count = 0;
            long rest = number;
            while (rest > 0x7f) {
                bytes[count++] = (byte) ((rest & 0x7f) | 0x80);
                rest >>>= VARINT_BITS;
            }
            bytes[count++] = (byte) rest;
            return Arrays.copyOf(bytes, count);
        }
    }

    private final List<Needle> needles;

    private Traces(List<Needle> needles) {
        this.needles = needles;
    }

    /**
     * In records and files.
     *
     * @param users ids; none is empty
     */
    public static Traces of(Collection<String> users) {
        return new Traces(forms(users).map(Needle::utf8).toList());
    }

    /** In entries of Flink's state as well: elsewhere a length of Flink's is that of an id with one more letter. */
    public static Traces inState(Collection<String> users) {
        return new Traces(forms(users)
                .flatMap(form -> Stream.of(Needle.utf8(form), Needle.flink(form)))
                .toList());
    }

    private static Stream<String> forms(Collection<String> users) {
        Set<String> forms = new LinkedHashSet<>();
        for (String user : users) {
            forms.add(user);
            forms.add(URLEncoder.encode(user, StandardCharsets.UTF_8));
            forms.add(escaped(user));
        }
        return forms.stream();
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
    public boolean isIn(byte[] bytes) {
        for (Needle needle : needles) {
            for (int at = next(bytes, needle.bytes(), 0); at >= 0; at = next(bytes, needle.bytes(), at + 1)) {
                if (counts(bytes, at, needle)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean counts(byte[] bytes, int at, Needle needle) {
        return (isAlone(bytes, at - 1) && isAlone(bytes, at + needle.bytes().length))
                || hasBefore(bytes, at, needle.length());
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

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
 * state. An id counts where no letter and no digit touches it, or where its length stands before it as Avro or Flink
 * writes it; so user {@code 7} is not found in {@code 17}. It is looked for as UTF-8, as Flink writes texts, as in a URL,
 * and as JSON may escape it.
 */
public final class Traces {
    private static final int VARINT_BITS = 7;

    /** @param lengths what stands before the bytes where their length does */
    @SuppressWarnings("ArrayRecordComponent") // nobody changes or compares them
    private record Needle(byte[] bytes, List<byte[]> lengths) {
        static Stream<Needle> of(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            byte[] avro = varint(2L * utf8.length);
            var letters = new ByteArrayOutputStream();
            for (int i = 0; i < text.length(); i++) {
                letters.writeBytes(varint(text.charAt(i)));
            }
            byte[] flink = varint(text.length() + 1L);
            return Arrays.equals(utf8, letters.toByteArray())
                    ? Stream.of(new Needle(utf8, List.of(avro, flink)))
                    : Stream.of(new Needle(utf8, List.of(avro)), new Needle(letters.toByteArray(), List.of(flink)));
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

    /** @param users ids; none is empty */
    public Traces(Collection<String> users) {
        Set<String> forms = new LinkedHashSet<>();
        for (String user : users) {
            forms.add(user);
            forms.add(URLEncoder.encode(user, StandardCharsets.UTF_8));
            forms.add(escaped(user));
        }
        needles = forms.stream().flatMap(Needle::of).toList();
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
                || needle.lengths().stream().anyMatch(length -> hasBefore(bytes, at, length));
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

package io.openclickstream.schemas.live;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes and reads one of the messages between writers and server as JSON, of bounded size, ignoring unknown fields. */
final class LiveJson<T> {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Class<T> type;
    private final ObjectReader reader;
    private final ObjectWriter writer;
    private final String name;
    private final int maxBytes;

    /** @param name of the message in sentences, such as "the put header" */
    LiveJson(Class<T> type, String name, int maxBytes) {
        this.type = type;
        this.reader = MAPPER.readerFor(type);
        this.writer = MAPPER.writerFor(type);
        this.name = name;
        this.maxBytes = maxBytes;
    }

    byte[] toBytes(T message) {
        try {
            return writer.writeValueAsBytes(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalArgumentException when the bytes are no such message; the text says why */
    T fromBytes(byte[] bytes) {
        require(bytes.length <= maxBytes, "it has " + bytes.length + " bytes, more than " + maxBytes);
        try {
            T message = reader.readValue(bytes);
            require(message != null, "it is null");
            return message;
        } catch (IOException e) { // the bytes are here, so it is they that are wrong
            Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : null;
            throw cause != null
                    ? (IllegalArgumentException) cause
                    : new IllegalArgumentException(
                            "Cannot read " + name + ": " + JsonMistakes.of(bytes, MAPPER.reader(), type) + ".");
        }
    }

    void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("Cannot read " + name + ": " + otherwise + ".");
        }
    }

    void requireWriter(@Nullable String lineage, @Nullable String writerName, int subtask, int parallelism) {
        require(isUuid(lineage), "lineage must be a UUID");
        require(
                writerName != null && writerName.matches("[a-z][a-z0-9-]{0,62}"),
                "writer must be a lower-case name of at most 63");
        require(parallelism > 0 && subtask >= 0 && subtask < parallelism, "subtask must be below parallelism");
    }

    static boolean isTable(@Nullable String name) {
        return name != null && name.matches("[a-z][a-z0-9_]{0,62}");
    }

    static boolean isUuid(@Nullable String text) {
        try {
            return text != null && UUID.fromString(text).toString().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

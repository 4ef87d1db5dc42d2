package io.openclickstream.lake;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the lake's list of erased persons. A run that erases writes one before it begins, with the persons, and
 * may write another one when it has ended, with what was removed.
 *
 * @param number of the entry; they count from 1 without a gap
 * @param at when it was written
 * @param persons who is to be refused from now on; may be empty
 * @param rows removed by dataset; empty where nothing is told
 * @param hours beginnings of the hours of event time from which clicks were removed, in order; empty where nothing is told
 */
public record RecordedErasure(
        long number, Instant at, List<PersonHash> persons, Map<String, Long> rows, List<Instant> hours) {
    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public RecordedErasure {
        persons = List.copyOf(persons);
        rows = Map.copyOf(rows);
        hours = List.copyOf(new TreeSet<>(hours));
    }

    /** As it stands in its file; {@code id} tells two writers apart who say the same. */
    private record Form(
            @JsonProperty("version") int version,
            @JsonProperty("id") String id,
            @JsonProperty("number") long number,
            @JsonProperty("at") String at,
            @JsonProperty("persons") List<String> persons,
            @JsonProperty("rows") @Nullable Map<String, Long> rows,
            @JsonProperty("hours") @Nullable List<String> hours) {}

    byte[] toJson(String id) {
        var form = new Form(
                VERSION,
                id,
                number,
                at.toString(),
                persons.stream().map(PersonHash::toString).toList(),
                new TreeMap<>(rows),
                hours.stream().map(Instant::toString).toList());
        try {
            return JSON.writeValueAsBytes(form);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts and numbers are always JSON", e);
        }
    }

    /** @throws IOException when the bytes are no such entry; the message says why */
    static RecordedErasure fromJson(byte[] bytes) throws IOException {
        Form form = JSON.readValue(bytes, Form.class);
        if (form == null || form.version() != VERSION) {
            throw new IOException("it is of form %s, and this program knows %d. Use the program's newer release"
                    .formatted(form == null ? "null" : form.version(), VERSION));
        }
        try {
            return new RecordedErasure(
                    form.number(),
                    Instant.parse(form.at()),
                    form.persons().stream().map(PersonHash::parse).toList(),
                    form.rows() == null ? Map.of() : form.rows(),
                    form.hours() == null
                            ? List.of()
                            : form.hours().stream().map(Instant::parse).toList());
        } catch (DateTimeException | IllegalArgumentException | NullPointerException e) {
            throw new IOException(e.toString(), e);
        }
    }
}

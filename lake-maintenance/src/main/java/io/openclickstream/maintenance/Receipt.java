package io.openclickstream.maintenance;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What was erased. It names the persons, since without their ids nobody can look again; so it is personal data itself.
 *
 * @param version of this form
 * @param lake root of the lake
 * @param persons {@code SITE/USER}
 * @param started when, in UTC
 * @param finished when, in UTC
 * @param places one for each table of the lake with rows of persons
 * @param elsewhere the other places where data of persons is kept; a reader must expect places it does not know
 * @param open what is not erased yet and why, so that it has to be done again or elsewhere
 * @param remains what is left in other places and goes without another erasure, and until when
 */
record Receipt(
        @JsonProperty("version") int version,
        @JsonProperty("lake") String lake,
        @JsonProperty("persons") List<String> persons,
        @JsonProperty("started") String started,
        @JsonProperty("finished") String finished,
        @JsonProperty("places") List<Place> places,
        @JsonProperty("elsewhere") List<Elsewhere> elsewhere,
        @JsonProperty("open") List<String> open,
        @JsonProperty("remains") List<String> remains) {
    /** Version 2 had no {@code remains}. */
    static final int VERSION = 3;
    /** Had no {@code elsewhere}. */
    private static final int OLDEST_VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * One table of the lake.
     *
     * @param place {@code lake}
     * @param name the table's
     * @param rowsInTable removed from the table
     * @param rowsByFolder removed from the job's files, which hold the same rows for those who read by folder
     * @param files that were written anew or deleted
     * @param snapshots that were let go
     */
    record Place(
            @JsonProperty("place") String place,
            @JsonProperty("name") String name,
            @JsonProperty("rows_in_table") long rowsInTable,
            @JsonProperty("rows_by_folder") long rowsByFolder,
            @JsonProperty("files") List<String> files,
            @JsonProperty("snapshots") long snapshots) {
        @JsonCreator
        Place {
            files = List.copyOf(files);
        }
    }

    @SuppressWarnings("ConstantValue") // absent in older receipts
    Receipt {
        places = List.copyOf(places);
        elsewhere = elsewhere == null ? List.of() : List.copyOf(elsewhere);
        open = List.copyOf(open);
        remains = remains == null ? List.of() : List.copyOf(remains);
    }

    /** The same and what became of other places. */
    Receipt with(List<Elsewhere> others, Instant at) {
        List<String> all = new ArrayList<>(open);
        others.stream()
                .filter(each -> !each.isDone() && !each.remains())
                .map(Elsewhere::line)
                .forEach(all::add);
        List<String> left =
                others.stream().filter(Elsewhere::remains).map(Elsewhere::line).toList();
        return new Receipt(version, lake, persons, started, at.toString(), places, others, all, left);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(this) + "\n");
    }

    /** @throws IOException when it cannot be read, or is of a form that this program does not know */
    static Receipt read(Path file) throws IOException {
        Receipt receipt = JSON.readValue(Files.readString(file), Receipt.class);
        if (receipt.version() < OLDEST_VERSION || receipt.version() > VERSION) {
            throw new IOException(
                    "%s is a receipt of form %d, and this program knows %d. Use the program that wrote it."
                            .formatted(file, receipt.version(), VERSION));
        }
        return receipt;
    }

    List<Person> everybody() {
        return persons.stream().map(text -> Person.parse(text).orElseThrow()).toList();
    }
}

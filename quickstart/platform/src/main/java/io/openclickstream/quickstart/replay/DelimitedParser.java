package io.openclickstream.quickstart.replay;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.openclickstream.quickstart.replay.RowResult.Row;
import io.openclickstream.quickstart.replay.RowResult.Unreadable;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a record of a table whose first line names the columns. In CSV a field may stand in double quotes and then hold
 * commas, line ends and doubled quotes; in TSV there is no quoting, and a quote is a character like any other. A
 * record with fewer fields than columns lacks the last ones; one with more is unreadable, for nobody knows which field
 * is one too many.
 */
final class DelimitedParser implements RowParser {
    private static final ObjectReader CSV =
            new CsvMapper().readerFor(String[][].class).with(CsvParser.Feature.WRAP_AS_ARRAY);

    /** How fields are kept apart. */
    enum Kind {
        CSV,
        TSV
    }

    private final Kind kind;
    private final List<String> columns;

    private DelimitedParser(Kind kind, List<String> columns) {
        this.kind = kind;
        this.columns = columns;
    }

    /**
     * A parser for the records below a header.
     *
     * @throws IllegalArgumentException when the line is no header; the message says why
     */
    static DelimitedParser below(String header, Kind kind) {
        List<String> columns;
        try {
            columns = fields(header, kind).stream()
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException("the first line does not name the columns: " + e.getMessage(), e);
        }
        if (columns.stream().allMatch(String::isEmpty)) {
            throw new IllegalArgumentException("the first line does not name the columns: it is empty");
        }
        if (columns.stream().distinct().count() < columns.size()) {
            throw new IllegalArgumentException("the first line names a column twice: " + columns);
        }
        return new DelimitedParser(kind, columns);
    }

    List<String> columns() {
        return columns;
    }

    /** Whether the record goes on in the next line: in CSV, inside quotes. */
    static boolean isOpen(String record, Kind kind) {
        return kind == Kind.CSV && record.chars().filter(c -> c == '"').count() % 2 == 1;
    }

    @Override
    public RowResult parse(String text) {
        List<String> fields;
        try {
            fields = fields(text, kind);
        } catch (IOException e) {
            return new Unreadable("not a CSV record: "
                    + (e instanceof JacksonException broken ? broken.getOriginalMessage() : e.getMessage()));
        }
        if (fields.size() > columns.size()) {
            return new Unreadable(
                    "it has %d fields, but there are %d columns".formatted(fields.size(), columns.size()));
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            if (RowParser.isGiven(fields.get(i))) {
                values.put(columns.get(i), fields.get(i));
            }
        }
        return new Row(values);
    }

    private static List<String> fields(String text, Kind kind) throws IOException {
        if (kind == Kind.TSV) {
            return Arrays.asList(text.split("\t", -1));
        }
        if (text.isEmpty()) {
            return List.of("");
        }
        if (isOpen(text, kind)) {
            throw new IOException("a quote is never closed");
        }
        String[][] records = CSV.readValue(text);
        if (records.length != 1) {
            throw new IOException("there is a line end outside of quotes");
        }
        return List.of(records[0]);
    }
}

package io.openclickstream.pipeline.savepoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whom the receipt of an erasure names: users as they were sent, and their pseudonyms where there are any. */
final class ReceiptPersons {
    private static final String PERSONS = "persons";

    private ReceiptPersons() {}

    /**
     * In the form {@code SITE/USER}.
     *
     * @throws IOException when the file cannot be read, or names nobody
     */
    static List<String> read(Path receipt) throws IOException {
        List<String> persons = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(receipt.toFile())) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isOurs = json.currentName().equals(PERSONS);
                    json.nextToken();
                    if (isOurs) {
                        while (json.nextToken() == JsonToken.VALUE_STRING) {
                            persons.add(json.getText());
                        }
                    } else {
                        json.skipChildren();
                    }
                }
            }
        }
        if (persons.isEmpty()) {
            throw new IOException("%s names no persons. Give the receipt of an erasure.".formatted(receipt));
        }
        return persons;
    }
}

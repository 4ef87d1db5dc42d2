package io.openclickstream.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The schemas that are kept as text: Avro for Kafka, Parquet's own notation (with field ids) for the lake. */
public enum SchemaText {
    CLICK_AVRO("kafka/click.avsc"),
    LAKE_CLICKS("lake/clicks.schema"),
    LAKE_SESSIONS("lake/sessions.schema"),
    LAKE_REJECTED("lake/rejected.schema"),
    LAKE_LEDGER("lake/ledger.schema");

    private final String path;

    SchemaText(String path) {
        this.path = path;
    }

    /** The schema's text. */
    public String text() {
        try (InputStream stream = SchemaText.class.getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalStateException("The schema " + path + " is missing from the state-schemas jar.");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

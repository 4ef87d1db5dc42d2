package io.openclickstream.pipeline.source;

/** How a Kafka record's value is written. */
public enum ClickFormat {
    /** A JSON object with the field names of {@code click.avsc}; times in epoch milliseconds. */
    JSON,
    /** Avro binary of {@code click.avsc}, nothing before it. */
    AVRO,
    /** The same after Confluent's five bytes: zero, then the schema id. */
    CONFLUENT_AVRO
}

package io.openclickstream.schemas.click;

/**
 * Where a record stood in Kafka.
 *
 * @param ingestionTimeMillis the record's Kafka timestamp: when the broker or producer says it arrived
 */
public record SourcePosition(String topic, int partition, long offset, long ingestionTimeMillis) {}

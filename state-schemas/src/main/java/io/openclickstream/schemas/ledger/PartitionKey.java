package io.openclickstream.schemas.ledger;

/** The key of the ledger: one Kafka partition. A key record never changes, or every savepoint is lost. */
public record PartitionKey(String topic, int partition) {}

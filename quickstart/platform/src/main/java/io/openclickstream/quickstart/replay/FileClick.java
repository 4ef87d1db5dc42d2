package io.openclickstream.quickstart.replay;

/**
 * One click of a file, ready to be sent.
 *
 * @param eventTimeMillis when it happened, milliseconds since 1970 in UTC
 * @param key the Kafka record's key: the user id in UTF-8
 * @param value the Kafka record's value: JSON with the names of {@code click.avsc}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record FileClick(long eventTimeMillis, byte[] key, byte[] value) {}

package io.openclickstream.flight.log;

/**
 * One record of a log or checkpoint file.
 *
 * @param kind what the record is; meaning is the caller's
 * @param sequence counts records over all files, from 1
 * @param durable sequence of the last record known to be on disk when this one was written; tells a torn end of the
 *     file from damage to what had been acknowledged
 * @param header small, by convention JSON
 * @param body the rest; may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LogRecord(byte kind, long sequence, long durable, byte[] header, byte[] body) {}

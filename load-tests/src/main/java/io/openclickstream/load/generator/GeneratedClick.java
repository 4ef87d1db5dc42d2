package io.openclickstream.load.generator;

import io.openclickstream.schemas.click.Outcome;
import io.openclickstream.schemas.click.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One record for Kafka, and what it is meant to become.
 *
 * <p>The intention is what the settings aim at, not a promise: whether a click is late depends on the watermark when it
 * arrives, so a late click may well be accepted when it is among the first of its partition.
 *
 * @param position its place in the sequence, from 0
 * @param key the user id, in UTF-8
 * @param value JSON with the names of {@code click.avsc}, or what is left of it
 * @param sendTimeMillis when it is to be sent, milliseconds since 1970 in UTC; never goes back from one position to the next
 * @param eventTimeMillis when it happened; what the value says, except where that is malformed
 * @param intended what should become of it
 * @param reason why it should be refused; null when it should not
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; tests compare the bytes
public record GeneratedClick(
        long position,
        byte[] key,
        byte[] value,
        long sendTimeMillis,
        long eventTimeMillis,
        Outcome intended,
        @Nullable Reason reason) {}

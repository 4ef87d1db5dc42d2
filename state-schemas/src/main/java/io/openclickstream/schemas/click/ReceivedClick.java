package io.openclickstream.schemas.click;

import org.jspecify.annotations.Nullable;

/**
 * A click on its way through the job, with what is needed to put it among the rejected records should it be late.
 *
 * @param rawKey the Kafka record's key, unchanged; null when it had none
 * @param rawValue the Kafka record's value, unchanged
 */
@SuppressWarnings("ArrayRecordComponent") // never compared: identity is the source position
public record ReceivedClick(Click click, SourcePosition source, byte @Nullable [] rawKey, byte[] rawValue) {}

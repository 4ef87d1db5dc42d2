package io.openclickstream.schemas.pseudonym;

import java.time.Instant;

/**
 * One of the keys by which persons are shown.
 *
 * @param fromMillis the first event time for which it is used
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and nobody changes it
record PseudonymKey(String id, long fromMillis, byte[] secret) {
    /** Without the secret. */
    @Override
    public String toString() {
        return id + " from " + Instant.ofEpochMilli(fromMillis);
    }
}

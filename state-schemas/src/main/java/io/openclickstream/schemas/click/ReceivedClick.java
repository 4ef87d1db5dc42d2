package io.openclickstream.schemas.click;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A click on its way through the job, with what is needed to put it among the rejected records should it be late. Two
 * are the same when they come from the same place in Kafka.
 */
public final class ReceivedClick {
    /** Of the objects, and of the block that a click has besides its record. */
    private static final long CLICK_BYTES = 300;

    private final Click click;
    private final SourcePosition source;
    final byte @Nullable [] key;
    final int keyStart;
    final int keyLength;
    final byte[] value;
    final int valueStart;
    final int valueLength;

    /**
     * A click and the record that it was read from; nobody changes these arrays afterwards.
     *
     * @param rawKey the Kafka record's key, unchanged; null when it had none
     * @param rawValue the Kafka record's value, unchanged
     */
    public ReceivedClick(Click click, SourcePosition source, byte @Nullable [] rawKey, byte[] rawValue) {
        this(click, source, rawKey, 0, rawKey == null ? 0 : rawKey.length, rawValue, 0, rawValue.length);
    }

    ReceivedClick(
            Click click,
            SourcePosition source,
            byte @Nullable [] key,
            int keyStart,
            int keyLength,
            byte[] value,
            int valueStart,
            int valueLength) {
        this.click = click;
        this.source = source;
        this.key = key;
        this.keyStart = keyStart;
        this.keyLength = keyLength;
        this.value = value;
        this.valueStart = valueStart;
        this.valueLength = valueLength;
    }

    public Click click() {
        return click;
    }

    public SourcePosition source() {
        return source;
    }

    /** The Kafka record's key, unchanged; null when it had none. Not to be changed. */
    public byte @Nullable [] rawKey() {
        return key == null ? null : part(key, keyStart, keyLength);
    }

    /** The Kafka record's value, unchanged; of no length when it was not kept. Not to be changed. */
    public byte[] rawValue() {
        return part(value, valueStart, valueLength);
    }

    /** About how much memory it takes, in bytes: a click keeps its record. */
    public long memoryBytes() {
        return CLICK_BYTES + keyLength + valueLength;
    }

    /** Whether the key is the user id, as it should be. */
    boolean isKeyedByUser() {
        return key != null
                && keyLength == click.textLength(ClickText.USER_ID)
                && Arrays.equals(
                        key,
                        keyStart,
                        keyStart + keyLength,
                        click.bytes(ClickText.USER_ID),
                        click.textStart(ClickText.USER_ID),
                        click.textStart(ClickText.USER_ID) + keyLength);
    }

    private static byte[] part(byte[] whole, int start, int length) {
        return length == whole.length ? whole : Arrays.copyOfRange(whole, start, start + length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ReceivedClick received && received.source.equals(source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return click + " from " + source;
    }
}

package io.openclickstream.schemas.click;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes a received click as one run of bytes and reads it as one array, in which all of its texts then stand. One
 * instance serves one direction of one task: it remembers the last topic, which is nearly always the next one's too.
 *
 * <p>The bytes: how many follow; offset and ingestion time (8 bytes each); partition, length of the click's block and of
 * the key (4 bytes each); whether texts stand in the value; the topic, with its length in one byte before it; the block,
 * the key and the value. A key that is the user id, as it should be, is not written again. These bytes never leave the
 * job, so they have no version.
 */
public final class ReceivedClickBytes {
    private static final VarHandle BIG_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int LENGTH_BYTES = 4;
    private static final int INGESTION_TIME = 8;
    private static final int PARTITION = 16;
    private static final int BLOCK_LENGTH = 20;
    private static final int KEY_LENGTH = 24;
    private static final int IS_OF_VALUE = 28;
    private static final int TOPIC_LENGTH = 29;
    private static final int TOPIC = 30;
    private static final int LONGEST_TOPIC = 255; // Kafka allows 249 characters, all of them ASCII

    private static final int NO_KEY = -1;
    private static final int USER_ID_IS_KEY = -2;

    private final byte[] head = new byte[LENGTH_BYTES + TOPIC + LONGEST_TOPIC];
    private @Nullable String lastTopic;
    private byte[] lastTopicBytes = {};

    /** Writes a click. */
    public void write(ReceivedClick received, DataOutput target) throws IOException {
        Click click = received.click();
        SourcePosition source = received.source();
        if (!source.topic().equals(lastTopic)) {
            lastTopic = source.topic();
            lastTopicBytes = lastTopic.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(lastTopicBytes, 0, head, LENGTH_BYTES + TOPIC, lastTopicBytes.length);
        }
        byte[] key = received.key;
        int keyForm = key == null ? NO_KEY : received.isKeyedByUser() ? USER_ID_IS_KEY : received.keyLength;
        int headLength = TOPIC + lastTopicBytes.length;
        int length = headLength + click.blockLength() + Math.max(0, keyForm) + received.valueLength;
        BIG_ENDIAN_INT.set(head, 0, length);
        ClickPacker.LONG.set(head, LENGTH_BYTES, source.offset());
        ClickPacker.LONG.set(head, LENGTH_BYTES + INGESTION_TIME, source.ingestionTimeMillis());
        ClickPacker.INT.set(head, LENGTH_BYTES + PARTITION, source.partition());
        ClickPacker.INT.set(head, LENGTH_BYTES + BLOCK_LENGTH, click.blockLength());
        ClickPacker.INT.set(head, LENGTH_BYTES + KEY_LENGTH, keyForm);
        head[LENGTH_BYTES + IS_OF_VALUE] = (byte) (click.isOfValue() ? 1 : 0);
        head[LENGTH_BYTES + TOPIC_LENGTH] = (byte) lastTopicBytes.length;
        target.write(head, 0, LENGTH_BYTES + headLength);
        target.write(click.block(), click.blockStart(), click.blockLength());
        if (key != null && keyForm > 0) {
            target.write(key, received.keyStart, keyForm);
        }
        target.write(received.value, received.valueStart, received.valueLength);
    }

    /** Reads a click. */
    public ReceivedClick read(DataInput source) throws IOException {
        byte[] bytes = new byte[source.readInt()];
        source.readFully(bytes);
        int topicLength = bytes[TOPIC_LENGTH] & 0xFF;
        int blockStart = TOPIC + topicLength;
        int blockLength = (int) ClickPacker.INT.get(bytes, BLOCK_LENGTH);
        int keyForm = (int) ClickPacker.INT.get(bytes, KEY_LENGTH);
        int keyStart = blockStart + blockLength;
        int valueStart = keyStart + Math.max(0, keyForm);
        int valueLength = bytes.length - valueStart;
        Click click = bytes[IS_OF_VALUE] == 1
                ? new Click(bytes, valueStart, valueLength, bytes, blockStart, blockLength)
                : new Click(ClickPacker.NO_VALUE, 0, 0, bytes, blockStart, blockLength);
        SourcePosition position = new SourcePosition(
                topic(bytes, topicLength),
                (int) ClickPacker.INT.get(bytes, PARTITION),
                (long) ClickPacker.LONG.get(bytes, 0),
                (long) ClickPacker.LONG.get(bytes, INGESTION_TIME));
        return switch (keyForm) {
            case NO_KEY -> new ReceivedClick(click, position, null, 0, 0, bytes, valueStart, valueLength);
            case USER_ID_IS_KEY ->
                new ReceivedClick(
                        click,
                        position,
                        bytes,
                        click.textStart(ClickText.USER_ID),
                        click.textLength(ClickText.USER_ID),
                        bytes,
                        valueStart,
                        valueLength);
            default -> new ReceivedClick(click, position, bytes, keyStart, keyForm, bytes, valueStart, valueLength);
        };
    }

    private String topic(byte[] bytes, int length) {
        String last = lastTopic;
        if (last == null || !Arrays.equals(bytes, TOPIC, TOPIC + length, lastTopicBytes, 0, lastTopicBytes.length)) {
            lastTopicBytes = Arrays.copyOfRange(bytes, TOPIC, TOPIC + length);
            last = new String(lastTopicBytes, StandardCharsets.US_ASCII);
            lastTopic = last;
        }
        return last;
    }
}

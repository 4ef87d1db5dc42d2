package io.openclickstream.pipeline.source;

import io.openclickstream.pipeline.decide.click.Decoded.Refused;
import io.openclickstream.schemas.click.Reason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the Avro of a click: nothing, or Confluent's zero byte and schema id.
 *
 * @param isExpected whether Confluent's five bytes stand there
 * @param schemaId the only id accepted; null accepts every id as this schema's
 */
record AvroHeader(boolean isExpected, @Nullable Integer schemaId) {
    private static final int CONFLUENT_BYTES = 5;

    /** How many bytes it has. */
    int length() {
        return isExpected ? CONFLUENT_BYTES : 0;
    }

    /** Why a record does not begin with it; null when it does. */
    @Nullable
    Refused mistake(byte[] value) {
        if (!isExpected) {
            return null;
        }
        if (value.length < CONFLUENT_BYTES || value[0] != 0) {
            return new Refused(Reason.NOT_AVRO, "the value does not begin with a zero byte and a schema id");
        }
        int id = ByteBuffer.wrap(value).getInt(1);
        if (schemaId != null && id != schemaId) {
            return new Refused(Reason.UNKNOWN_SCHEMA_ID, "schema id " + id + " is not the expected " + schemaId);
        }
        return null;
    }
}

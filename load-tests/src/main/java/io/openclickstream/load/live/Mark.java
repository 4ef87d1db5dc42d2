package io.openclickstream.load.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;

/**
 * What a message of a subscription says beside its rows, read from the bytes of Flight's {@code FlightData} without
 * decoding them: thousands of subscribers in one process must cost it little.
 *
 * @param watermark event time up to which the reader's rows are complete; the smallest number when it says none
 * @param endsStep whether the reader has all of it with this message
 * @param isSnapshot whether it is part of all rows, not of what has changed
 */
record Mark(long watermark, boolean endsStep, boolean isSnapshot) {
    /** Field number of {@code app_metadata}. */
    private static final int METADATA = 3;

    private static final Mark NOTHING = new Mark(Long.MIN_VALUE, false, false);
    private static final JsonMapper JSON = new JsonMapper();

    /** Reads a message to its end. A message without app_metadata, such as the schema, says nothing. */
    static Mark of(InputStream message) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(message);
        Mark mark = NOTHING;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == METADATA) {
                mark = of(in.readByteArray());
            } else {
                in.skipField(tag);
            }
        }
        return mark;
    }

    private static Mark of(byte[] metadata) throws IOException {
        JsonNode json = JSON.readTree(metadata);
        return new Mark(
                json.path("watermark").asLong(Long.MIN_VALUE),
                json.path("ends_step").asBoolean(),
                json.path("step").asText().equals("snapshot"));
    }
}

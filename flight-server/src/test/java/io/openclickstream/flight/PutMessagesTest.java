package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.flatbuffers.FlatBufferBuilder;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.Status;
import io.openclickstream.flight.table.SiteRows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Struct_;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flight.impl.Flight.FlightData;
import org.apache.arrow.flight.impl.Flight.FlightDescriptor;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a put is made of, none of the server's memory is in use when it is over; closing the server looks, too. */
@Timeout(300)
class PutMessagesTest {
    private static final String READER = "Bearer " + TestAccess.token("ada");
    private static final String WRITER = "Bearer " + TestAccess.token("job");
    private static final int TRIES = 300;
    private static final Set<Status.Code> ANSWERS =
            EnumSet.of(Status.Code.OK, Status.Code.INVALID_ARGUMENT, Status.Code.PERMISSION_DENIED);
    private static final int BODY_TAG = FlightData.DATA_BODY_FIELD_NUMBER << 3 | 2;

    @TempDir
    Path folder;

    private FlightServer server;
    private RawFlight raw;
    private TestClient job;
    private FlightData schema;
    private FlightData rows;

    @BeforeEach
    void start() throws Exception {
        TestAccess.usual().write(folder.resolve("principals.json"));
        server = TestAccess.start(
                folder.resolve("data"),
                List.of("--auth.principals=" + folder.resolve("principals.json"), "--metrics.open=true"));
        raw = new RawFlight(server.port());
        job = new TestClient(server.port(), TestAccess.token("job"));
        TestAccess.put(job, "visits", List.of(new SiteRows("a1", "a", 0, 3L)));
        try (VectorSchemaRoot batch = SiteRows.batch(List.of(new SiteRows("a2", "a", 0, 4L)), job.allocator);
                ArrowRecordBatch unloaded = new VectorUnloader(batch).getRecordBatch()) {
            schema = FlightData.newBuilder()
                    .setFlightDescriptor(FlightDescriptor.newBuilder()
                            .setType(FlightDescriptor.DescriptorType.PATH)
                            .addPath("visits"))
                    .setDataHeader(bytes(MessageSerializer.serializeMetadata(batch.getSchema(), IpcOption.DEFAULT)))
                    .build();
            rows = FlightData.newBuilder()
                    .setDataHeader(bytes(MessageSerializer.serializeMetadata(unloaded, IpcOption.DEFAULT)))
                    .setAppMetadata(
                            ByteString.copyFrom(job.header("visits", 7L, batch).toBytes()))
                    .setDataBody(ByteString.copyFrom(body(unloaded)))
                    .build();
        }
    }

    @AfterEach
    void stop() throws Exception {
        raw.close();
        job.close();
        server.close();
    }

    @Test
    void aPutOfThisShapeIsTaken() throws Exception {
        assertThat(put(WRITER, schema.toByteArray(), rows.toByteArray())).isEqualTo(Status.Code.OK);
        try (TestClient ada = new TestClient(server.port(), TestAccess.token("ada"))) {
            assertThat(ada.keys("visits")).contains("a2");
        }
    }

    @Test
    void whatFlightWouldFailOnIsRefusedBeforeItTakesMemory() throws Exception {
        byte[] header = FlightData.newBuilder()
                .setDataHeader(rows.getDataHeader())
                .build()
                .toByteArray();
        byte[] metadata = FlightData.newBuilder()
                .setAppMetadata(ByteString.copyFromUtf8("x".repeat(100)))
                .build()
                .toByteArray();
        byte[] body = field(BODY_TAG, 64, new byte[64]);
        unreadable("claims a GiB", join(header, field(BODY_TAG, 1 << 30, new byte[8])));
        unreadable("claims less than nothing", join(header, field(BODY_TAG, -1, new byte[8])));
        unreadable("claims a byte more", join(header, field(BODY_TAG, 65, new byte[64])));
        unreadable("metadata, then something else", join(metadata, new byte[] {1, 2, 3}));
        unreadable("metadata twice", join(metadata, metadata));
        unreadable("a body, then a header", join(body, header));
        unreadable("a body, then a descriptor that is none", join(body, field(10, 3, new byte[] {(byte) 0xff, 1, 1})));
        unreadable("a body without a header", body);
        unreadable("a header that is none", join(field(18, 4, new byte[] {9, 9, 9, 9}), body));
        unreadable("an empty header", join(field(18, 0, new byte[0]), body));
        unreadable("a schema with a body", join(schema.toByteArray(), body));
        unreadable("rows beyond the body", join(header, field(BODY_TAG, 8, new byte[8])));
    }

    /** Ten levels of a type that each have the one below twenty times make ten million millions of fields. */
    @Test
    void aSchemaThatTellsTheSameOverAndOverIsRefused() throws Exception {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int name = builder.createString("again");
        int field = struct(builder, name, Field.createChildrenVector(builder, new int[0]));
        for (int level = 0; level < 10; level++) {
            int[] children = new int[20];
            Arrays.fill(children, field);
            field = struct(builder, name, Field.createChildrenVector(builder, children));
        }
        int fields = Schema.createFieldsVector(builder, new int[] {field});
        int header = Schema.createSchema(builder, Endianness.Little, fields, 0, 0);
        Message.finishMessageBuffer(
                builder, Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, header, 0, 0));
        unreadable(
                "a schema of %d bytes".formatted(builder.sizedByteArray().length),
                schema.toBuilder()
                        .setDataHeader(ByteString.copyFrom(builder.sizedByteArray()))
                        .build()
                        .toByteArray());
    }

    private static int struct(FlatBufferBuilder builder, int name, int children) {
        Struct_.startStruct_(builder);
        int type = Struct_.endStruct_(builder);
        return Field.createField(builder, name, true, Type.Struct_, type, 0, children, 0);
    }

    @Test
    void anyDamage() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < TRIES; i++) {
            byte[] first = schema.toByteArray();
            byte[] second = rows.toByteArray();
            if (i % 3 == 0) {
                first = damaged(first, random);
            } else {
                second = damaged(second, random);
            }
            Status status = raw.put(i % 2 == 0 ? READER : WRITER, List.of(first, second, second));
            assertThat(ANSWERS).as("try %d: %s", i, status).contains(status.getCode());
        }
        isFree("after random damage");
    }

    /** Flight would take it, and forget what it has read by the first one. */
    @Test
    void aSecondSchemaIsRefused() throws Exception {
        byte[] bare = schema.toBuilder()
                .clearFlightDescriptor()
                .setAppMetadata(ByteString.copyFromUtf8("more"))
                .build()
                .toByteArray();
        Status status = raw.put(WRITER, List.of(schema.toByteArray(), rows.toByteArray(), bare, rows.toByteArray()));
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).startsWith("A second schema came in this stream.");
        isFree("after a second schema");
    }

    private void unreadable(String what, byte[] message) throws Exception {
        Status status = raw.put(WRITER, List.of(message));
        assertThat(status.getCode()).as(what).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription())
                .as(what)
                .isEqualTo("Cannot read what was sent to DoPut: it is no message of Arrow Flight's. "
                        + "Use a Flight client.");
        assertThat(put(READER, message)) // who may not put may be told that first
                .as(what)
                .isIn(Status.Code.INVALID_ARGUMENT, Status.Code.PERMISSION_DENIED);
        isFree(what);
    }

    private void isFree(String after) {
        await().atMost(TestClient.PATIENCE)
                .untilAsserted(() -> assertThat(FlightServerTest.metric(server, "direct_memory_bytes{pool=\"puts\"}"))
                        .as(after)
                        .isZero());
    }

    private Status.Code put(String authorization, byte[]... messages) throws Exception {
        return raw.put(authorization, List.of(messages)).getCode();
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] damaged = whole.clone();
        switch (random.nextInt(3)) {
            case 0 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            case 1 -> {
                byte[] more = new byte[random.nextInt(50)];
                random.nextBytes(more);
                damaged = join(damaged, more);
            }
            default -> {
                for (int i = 0; i <= random.nextInt(3); i++) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
                }
            }
        }
        return damaged;
    }

    private static byte[] field(int tag, int claimed, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeUInt32NoTag(tag);
        out.writeUInt32NoTag(claimed);
        out.flush();
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    private static byte[] join(byte[] first, byte[] then) {
        byte[] both = Arrays.copyOf(first, first.length + then.length);
        System.arraycopy(then, 0, both, first.length, then.length);
        return both;
    }

    private static ByteString bytes(ByteBuffer serialized) {
        return ByteString.copyFrom(serialized);
    }

    private static byte[] body(ArrowRecordBatch batch) {
        byte[] body = new byte[(int) batch.computeBodyLength()];
        List<ArrowBuffer> places = new ArrayList<>(batch.getBuffersLayout());
        for (int i = 0; i < places.size(); i++) {
            int size = (int) places.get(i).getSize();
            batch.getBuffers().get(i).getBytes(0, body, (int) places.get(i).getOffset(), size);
        }
        return body;
    }
}

package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LiveActions;
import io.openclickstream.schemas.live.PutHeader;
import io.openclickstream.schemas.live.WriterOpened;
import io.openclickstream.schemas.live.WriterOpening;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.awaitility.Awaitility;

/** A real Flight server that keeps what it is sent, and can be told to fail. */
public final class KeepingFlightServer extends NoOpFlightProducer implements AutoCloseable {
    private static final Duration FREED_WITHIN = Duration.ofSeconds(60);

    /** One batch: its header, and its rows with columns separated by {@code |}, bytes in base 64. */
    public record Put(PutHeader header, List<String> rows) {}

    private final List<Put> puts = new CopyOnWriteArrayList<>();
    private final List<WriterOpening> openings = new CopyOnWriteArrayList<>();
    private final List<EpochCommit> commits = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger failingOpenings = new AtomicInteger();
    private final AtomicBoolean refusesPuts = new AtomicBoolean();
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightServer server;
    private volatile CallStatus failure = CallStatus.UNAVAILABLE;
    private volatile boolean failsAfterTaking;

    public KeepingFlightServer() throws IOException {
        server = FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), this)
                .build()
                .start();
    }

    public URI uri() {
        return URI.create("grpc://127.0.0.1:" + server.getPort());
    }

    public List<Put> puts() {
        return puts;
    }

    /** What has been opened; tokens count from 1 in the same order. */
    public List<WriterOpening> openings() {
        return openings;
    }

    public List<EpochCommit> commits() {
        return commits;
    }

    /** Refuses so many batches or commits with this status. */
    void failNext(int batches, CallStatus status) {
        failure = status;
        failures.set(batches);
    }

    /** Refuses every batch, and takes commits, until told otherwise. */
    void refusePuts(boolean refuses) {
        refusesPuts.set(refuses);
    }

    /** Is not there for so many openings. */
    void failNextOpenings(int openingsToFail) {
        failingOpenings.set(openingsToFail);
    }

    /** Takes the next batch or commit, and breaks the stream instead of answering. */
    void loseNextAnswer() {
        failsAfterTaking = true;
        failures.set(1);
    }

    int failuresLeft() {
        return failures.get();
    }

    @Override
    public Runnable acceptPut(CallContext context, FlightStream stream, StreamListener<PutResult> answers) {
        return () -> {
            while (stream.next()) {
                if (refusesPuts.get()) {
                    answers.onError(CallStatus.UNAVAILABLE
                            .withDescription("gone for a while")
                            .toRuntimeException());
                    return;
                }
                boolean fails = failures.getAndUpdate(left -> left > 0 ? left - 1 : 0) > 0;
                byte[] metadata = new byte[(int) stream.getLatestMetadata().readableBytes()];
                stream.getLatestMetadata().getBytes(0, metadata);
                if (!fails || failsAfterTaking) {
                    puts.add(new Put(PutHeader.fromBytes(metadata), rows(stream.getRoot())));
                }
                if (fails) {
                    answers.onError(failure.toRuntimeException());
                    return;
                }
                try (ArrowBuf buffer = allocator.buffer(metadata.length)) {
                    buffer.writeBytes(metadata);
                    answers.onNext(PutResult.metadata(buffer));
                }
            }
            answers.onCompleted();
        };
    }

    @Override
    public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
        if (action.getType().equals(LiveActions.OPEN)) {
            if (failingOpenings.getAndUpdate(left -> left > 0 ? left - 1 : 0) > 0) {
                listener.onError(CallStatus.UNAVAILABLE.toRuntimeException());
                return;
            }
            synchronized (openings) {
                openings.add(WriterOpening.fromBytes(action.getBody()));
                listener.onNext(new Result(new WriterOpened(openings.size(), 0).toBytes()));
            }
        } else {
            boolean fails = failures.getAndUpdate(left -> left > 0 ? left - 1 : 0) > 0;
            EpochCommit commit = EpochCommit.fromBytes(action.getBody());
            if (!fails || failsAfterTaking) {
                commits.add(commit);
            }
            if (fails) {
                listener.onError(failure.toRuntimeException());
                return;
            }
            listener.onNext(new Result(Long.toString(commit.epoch()).getBytes(StandardCharsets.UTF_8)));
        }
        listener.onCompleted();
    }

    private static List<String> rows(VectorSchemaRoot root) {
        return IntStream.range(0, root.getRowCount())
                .mapToObj(row -> root.getFieldVectors().stream()
                        .map((FieldVector column) -> text(column.getObject(row)))
                        .collect(Collectors.joining("|")))
                .toList();
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? Base64.getEncoder().encodeToString(bytes) : String.valueOf(value);
    }

    @Override
    public void close() throws Exception {
        server.close();
        // What was on its way when it closed is freed a moment later, by gRPC's threads.
        Awaitility.await().atMost(FREED_WITHIN).until(() -> allocator.getAllocatedMemory() == 0);
        allocator.close();
    }
}

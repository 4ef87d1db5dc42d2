package io.openclickstream.flight.server;

import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.TableView;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.TableSnapshot;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * The Flight calls: what tables there are, their schemas, their rows, and puts. A table is named by a descriptor with a
 * path of one element, for its live view, or by a command, see {@link TableView}. Endpoints have no location, so a client reads where it asked.
 */
public final class LiveProducer implements FlightProducer {
    private final LiveStore store;
    private final Tickets tickets;
    private final TableStreams streams;
    private final ServerMetrics metrics;
    private final PutStream.Bounds putBounds;
    private final Semaphore puts;
    private final int maxPuts;
    private final Actions actions;

    LiveProducer(
            LiveStore store,
            Tickets tickets,
            TableStreams streams,
            ServerMetrics metrics,
            PutStream.Bounds putBounds,
            int maxPuts) {
        this.store = store;
        this.tickets = tickets;
        this.streams = streams;
        this.metrics = metrics;
        this.putBounds = putBounds;
        this.maxPuts = maxPuts;
        this.puts = new Semaphore(maxPuts);
        this.actions = new Actions(store);
    }

    @Override
    public void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        try {
            if (criteria.getExpression().length > 0) {
                throw Refused.invalid("ListFlights takes no criteria here; leave them out and choose from the answer.");
            }
            for (String table : store.tableNames()) {
                listener.onNext(info(TableView.live(table), FlightDescriptor.path(table)));
            }
            listener.onCompleted();
        } catch (Refused | RuntimeException e) {
            listener.onError(answer(e, "ListFlights"));
        }
    }

    @Override
    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
        try {
            return info(viewOf(descriptor), descriptor);
        } catch (Refused | RuntimeException e) {
            throw answer(e, "GetFlightInfo");
        }
    }

    @Override
    public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
        try (TableSnapshot snapshot = store.snapshot(viewOf(descriptor))) {
            return new SchemaResult(snapshot.schema());
        } catch (Refused | RuntimeException e) {
            throw answer(e, "GetSchema");
        }
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        try {
            streams.start(store.snapshot(viewOf(tickets.tableOf(ticket.getBytes()))), listener);
            metrics.streamStarted();
        } catch (Refused | RuntimeException e) {
            listener.error(answer(e, "DoGet"));
        }
    }

    @Override
    public Runnable acceptPut(CallContext context, FlightStream batches, StreamListener<PutResult> answers) {
        return () -> {
            if (!puts.tryAcquire()) {
                answers.onError(answer(
                        Refused.noRoom("%d streams of puts are open, as many as may be (puts.max).", maxPuts),
                        "DoPut"));
                return;
            }
            try {
                new PutStream(store, metrics, putBounds, batches, answers).run();
            } finally {
                puts.release();
            }
        };
    }

    @Override
    public void doExchange(CallContext context, FlightStream reader, ServerStreamListener writer) {
        writer.error(CallStatus.UNIMPLEMENTED
                .withDescription("This release has no DoExchange. Read a table with DoGet and write one with DoPut.")
                .toRuntimeException());
    }

    @Override
    public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
        try {
            actions.run(action).forEach(answer -> listener.onNext(new Result(answer)));
            listener.onCompleted();
        } catch (Refused | RuntimeException e) {
            listener.onError(answer(e, "DoAction"));
        }
    }

    @Override
    public void listActions(CallContext context, StreamListener<ActionType> listener) {
        Actions.TYPES.forEach(listener::onNext);
        listener.onCompleted();
    }

    /**
     * The table that a descriptor names.
     *
     * @throws Refused INVALID when it is not a path of one element
     */
    static String tableOf(@Nullable FlightDescriptor descriptor) throws Refused {
        if (descriptor == null || descriptor.isCommand() || descriptor.getPath().size() != 1) {
            throw Refused.invalid("A table is named by a descriptor with a path of one element, such as [sessions].");
        }
        return Shown.text(descriptor.getPath().get(0));
    }

    /**
     * What a descriptor asks for: a path of one element is the live view of a table, a command any view.
     *
     * @throws Refused INVALID when it is neither
     */
    private static TableView viewOf(FlightDescriptor descriptor) throws Refused {
        return descriptor.isCommand()
                ? TableView.ofCommand(descriptor.getCommand())
                : TableView.live(tableOf(descriptor));
    }

    private static TableView viewOf(String signedText) throws Refused {
        TableView view = TableView.ofText(signedText);
        if (view == null) {
            throw Refused.invalid("The ticket is of another release. Call GetFlightInfo for a fresh one.");
        }
        return view;
    }

    private FlightInfo info(TableView view, FlightDescriptor descriptor) throws Refused {
        try (TableSnapshot snapshot = store.snapshot(view)) {
            var endpoint = new FlightEndpoint(new Ticket(tickets.ticketFor(view.text())));
            return FlightInfo.builder(snapshot.schema(), descriptor, List.of(endpoint))
                    .setRecords(snapshot.rows())
                    .setBytes(snapshot.bytes())
                    .setOrdered(true)
                    .build();
        }
    }

    private RuntimeException answer(Exception failure, String call) {
        if (failure instanceof Refused refused) {
            metrics.refused(refused.reason());
        }
        return Answers.to(failure, call);
    }
}

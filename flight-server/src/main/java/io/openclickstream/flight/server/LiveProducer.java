package io.openclickstream.flight.server;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Role;
import io.openclickstream.flight.read.CommandJson;
import io.openclickstream.flight.read.ReadCommand;
import io.openclickstream.flight.read.ReadableTables;
import io.openclickstream.flight.read.Reading;
import io.openclickstream.flight.read.Tickets;
import io.openclickstream.flight.read.Watch;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.LogPosition;
import io.openclickstream.flight.table.Measure;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.Shown;
import java.time.Instant;
import java.time.InstantSource;
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
import org.apache.arrow.flight.PollInfo;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The Flight calls: what tables there are, their schemas, their rows, and puts. A table is named by a descriptor with a
 * path of one element, for its live view, or by a command in JSON, which says what part of which view. Endpoints have no
 * location, so a client reads where it asked.
 */
public final class LiveProducer implements FlightProducer {
    private static final long UNKNOWN = -1;
    private static final Measure ENDLESS = new Measure(UNKNOWN, UNKNOWN, 0);

    private final LiveStore store;
    private final ReadableTables tables;
    private final Tickets tickets;
    private final TableStreams streams;
    private final Subscriptions subscriptions;
    private final LogStreams logs;
    private final ServerMetrics metrics;
    private final PutStream.Bounds putBounds;
    private final Semaphore puts;
    private final int maxPuts;
    private final Actions actions;
    private final InstantSource clock;

    LiveProducer(
            LiveStore store,
            ReadableTables tables,
            Tickets tickets,
            TableStreams streams,
            Subscriptions subscriptions,
            LogStreams logs,
            Waits waits,
            ServerMetrics metrics,
            PutStream.Bounds putBounds,
            int maxPuts,
            InstantSource clock) {
        this.store = store;
        this.tables = tables;
        this.tickets = tickets;
        this.streams = streams;
        this.subscriptions = subscriptions;
        this.logs = logs;
        this.metrics = metrics;
        this.putBounds = putBounds;
        this.maxPuts = maxPuts;
        this.puts = new Semaphore(maxPuts);
        this.actions = new Actions(store, waits, metrics);
        this.clock = clock;
    }

    @Override
    public void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        try {
            Principal principal = Caller.principal();
            if (criteria.getExpression().length > 0) {
                throw Refused.invalid("ListFlights takes no criteria here; leave them out and choose from the answer.");
            }
            for (String table : tables.names(principal)) {
                listIfStillThere(table, principal, listener);
            }
            listener.onCompleted();
        } catch (Refused | RuntimeException e) {
            listener.onError(answer(e, "ListFlights"));
        }
    }

    @Override
    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
        try {
            Principal principal = Caller.principal();
            return info(command(descriptor, principal), descriptor, principal);
        } catch (Refused | RuntimeException e) {
            throw answer(e, "GetFlightInfo");
        }
    }

    /**
     * While the table is not as complete as the command asks, there is nothing to read yet. Answers at once; a poll that was
     * asked before has waited already, see {@link PollWait}.
     */
    @Override
    public PollInfo pollFlightInfo(CallContext context, FlightDescriptor descriptor) {
        try {
            Principal principal = Caller.principal();
            ReadCommand again = descriptor.isCommand() ? Polls.again(descriptor.getCommand(), principal) : null;
            ReadCommand command = again == null ? command(descriptor, principal) : again;
            Long through = command.completeThroughMillis();
            if (through == null || tables.isComplete(command.tableView(), through, principal)) {
                return new PollInfo(info(command, descriptor, principal), null, 1.0, null);
            }
            try (Reading reading = tables.open(command.completeThrough(null), principal)) {
                var nothingYet = FlightInfo.builder(reading.schema(), descriptor, List.of())
                        .setRecords(UNKNOWN)
                        .setBytes(UNKNOWN)
                        .build();
                return new PollInfo(nothingYet, Polls.next(command), null, tickets.expiry(clock.instant()));
            }
        } catch (Refused | RuntimeException e) {
            throw answer(e, "PollFlightInfo");
        }
    }

    @Override
    public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
        try {
            Principal principal = Caller.principal();
            ReadCommand command = command(descriptor, principal);
            try (Reading reading = tables.open(command, principal)) {
                return new SchemaResult(schema(reading, command, principal));
            }
        } catch (Refused | RuntimeException e) {
            throw answer(e, "GetSchema");
        }
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        try {
            Principal principal = Caller.principal();
            LogPosition position = LogTicket.read(ticket.getBytes());
            if (position != null) {
                Caller.call().sendOneAtATime();
                logs.start(position, principal, listener);
                return;
            }
            ReadCommand command = tickets.read(ticket.getBytes(), principal, clock.instant());
            if (command.subscribe()) {
                Watch watch = tables.watch(command, principal);
                Caller.call().sendOneAtATime();
                subscriptions.start(watch, watch.position(command), principal, listener);
            } else {
                streams.start(tables.open(command, principal), principal, listener);
            }
            metrics.streamStarted();
        } catch (Refused | RuntimeException e) {
            listener.error(answer(e, "DoGet"));
        }
    }

    @Override
    public Runnable acceptPut(CallContext context, FlightStream batches, StreamListener<PutResult> answers) {
        return () -> {
            try {
                Caller.principal().require(Role.WRITER);
            } catch (Refused e) {
                answers.onError(answer(e, "DoPut"));
                return;
            }
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
            actions.run(action, Caller.principal(), clock.instant(), context, listener);
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

    private static ReadCommand command(FlightDescriptor descriptor, Principal principal) throws Refused {
        if (descriptor.isCommand()) {
            principal.checkRequest(descriptor.getCommand().length, "command");
            return CommandJson.read(descriptor.getCommand());
        }
        return ReadCommand.of(tableOf(descriptor));
    }

    private FlightInfo info(ReadCommand command, FlightDescriptor descriptor, Principal principal) throws Refused {
        try (Reading reading = tables.open(command, principal)) {
            Instant expiry = tickets.expiry(clock.instant());
            var ticket = new Ticket(tickets.make(command, principal, expiry));
            Measure measure = command.subscribe() ? ENDLESS : reading.measure();
            return FlightInfo.builder(
                            schema(reading, command, principal),
                            descriptor,
                            List.of(FlightEndpoint.builder(ticket)
                                    .setExpirationTime(expiry)
                                    .build()))
                    .setRecords(measure.rows())
                    .setBytes(measure.bytes())
                    .setOrdered(true)
                    .build();
        }
    }

    private static Schema schema(Reading reading, ReadCommand command, Principal principal) throws Refused {
        return command.subscribe() ? reading.watch(command, principal) : reading.schema();
    }

    private void listIfStillThere(String table, Principal principal, StreamListener<FlightInfo> listener)
            throws Refused {
        try {
            listener.onNext(info(ReadCommand.of(table), FlightDescriptor.path(table), principal));
        } catch (Refused e) {
            if (e.reason() != Reason.UNKNOWN_TABLE) { // the last row that the principal saw may have left meanwhile
                throw e;
            }
        }
    }

    private RuntimeException answer(Exception failure, String call) {
        if (failure instanceof Refused refused) {
            metrics.refused(refused.reason());
        }
        return Answers.to(failure, call);
    }
}

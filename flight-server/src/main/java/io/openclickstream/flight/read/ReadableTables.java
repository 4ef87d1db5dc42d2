package io.openclickstream.flight.read;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Role;
import io.openclickstream.flight.access.Sites;
import io.openclickstream.flight.store.LineageFacts;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.Position;
import io.openclickstream.flight.store.Resumption;
import io.openclickstream.flight.store.TableView;
import io.openclickstream.flight.table.Measure;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Refused.Reason;
import io.openclickstream.flight.table.Selection;
import io.openclickstream.flight.table.Shown;
import io.openclickstream.flight.table.TableSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The tables as one principal sees them. Every read of rows, of their number, of names and of schemas goes through here,
 * whatever call it is for.
 *
 * <p>A principal of some sites sees the rows of these sites, and a table exists for it once it has such a row. Tables
 * without a site column exist only for those who see all sites.
 */
public final class ReadableTables {
    private final LiveStore store;

    public ReadableTables(LiveStore store) {
        this.store = store;
    }

    /**
     * Names of the tables that exist for a principal, sorted.
     *
     * @throws Refused NOT_ALLOWED when it is no reader
     */
    public List<String> names(Principal principal) throws Refused {
        principal.require(Role.READER);
        if (principal.sites().all()) {
            return store.tableNames();
        }
        List<String> visible = new ArrayList<>();
        for (String name : store.tableNames()) {
            try (TableSnapshot snapshot = store.snapshot(name)) {
                if (visible(snapshot, principal.sites()) != null) {
                    visible.add(name);
                }
            }
        }
        return visible;
    }

    /**
     * What a command asks for, as of now; the caller closes it.
     *
     * @throws Refused UNKNOWN_TABLE when the table does not exist for the principal; INVALID when it cannot be read in
     *     this way; UNAVAILABLE when it is not as complete as was asked; NOT_ALLOWED when the principal is no reader
     */
    public Reading open(ReadCommand command, Principal principal) throws Refused {
        principal.require(Role.READER);
        TableSnapshot snapshot = find(command.checked(), principal);
        try {
            Selection selection = visible(snapshot, principal.sites());
            if (selection == null) {
                throw notThere(command.tableView(), principal);
            }
            Reading reading = new Reading(
                    snapshot, chosen(command, selection), !principal.sites().all());
            requireComplete(command, reading.completeThroughMillis());
            return reading;
        } catch (Refused | RuntimeException | Error e) {
            snapshot.close();
            throw e;
        }
    }

    /**
     * What a subscription follows from now on.
     *
     * @throws Refused as {@link #open}; INVALID also when such rows cannot be followed
     */
    public Watch watch(ReadCommand command, Principal principal) throws Refused {
        try (Reading reading = open(command, principal)) {
            return Watch.of(command, principal, reading.snapshot());
        }
    }

    /**
     * What is followed as it is now; the caller closes it, and takes from it what the watch selects.
     *
     * @throws Refused UNKNOWN_TABLE when it is no longer there
     */
    public TableSnapshot look(Watch watch) throws Refused {
        return store.snapshot(watch.view());
    }

    /** What it takes to go on from a position, as {@link LiveStore#resume} tells; for what the watch selects. */
    public CompletableFuture<Resumption> resume(Watch watch, Position from) {
        return store.resume(watch.view(), from);
    }

    /**
     * Whether a table is complete through a time. One that does not exist for the principal is not, since it may come to.
     *
     * @throws Refused NOT_ALLOWED when the principal is no reader
     */
    public boolean isComplete(TableView table, long throughMillis, Principal principal) throws Refused {
        principal.require(Role.READER);
        try (TableSnapshot snapshot = store.snapshot(table)) {
            OptionalLong complete = Reading.completeThroughMillis(snapshot);
            return complete.isPresent()
                    && complete.getAsLong() >= throughMillis
                    && visible(snapshot, principal.sites()) != null;
        } catch (Refused e) {
            if (e.reason() == Reason.UNKNOWN_TABLE) {
                return false;
            }
            throw e;
        }
    }

    private TableSnapshot find(ReadCommand command, Principal principal) throws Refused {
        try {
            return store.snapshot(command.tableView());
        } catch (Refused e) {
            throw e.reason() == Reason.UNKNOWN_TABLE ? notThere(command.tableView(), principal) : e;
        }
    }

    /** Why there is nothing to read: the same answer whether it is not there at all, or the principal sees none of its rows. */
    private Refused notThere(TableView view, Principal principal) throws Refused {
        String wanted = view.lineage();
        LineageFacts lineage = null;
        for (LineageFacts each : store.lineages()) {
            lineage = (wanted == null ? each.isServed() : each.lineage().equals(wanted)) ? each : lineage;
        }
        if (lineage == null && wanted != null) {
            return new Refused(
                    Reason.UNKNOWN_TABLE,
                    "There is no lineage %s here. There are: %s."
                            .formatted(
                                    wanted,
                                    store.lineages().stream()
                                            .map(LineageFacts::lineage)
                                            .toList()));
        }
        if (lineage == null || !view.isCommitted() || !existsLive(view, principal)) {
            return unknown(view.table(), principal);
        }
        List<Long> kept = lineage.keptEpochs();
        return new Refused(
                Reason.UNKNOWN_TABLE,
                kept.isEmpty()
                        ? "Table %s has no committed view yet; wait for the job's next checkpoint, or read the live view."
                                .formatted(view.table())
                        : "Table %s is not there as of epoch %s. Epochs kept are %s; the table may be in the later ones only."
                                .formatted(
                                        view.table(),
                                        view.epoch() == null ? kept.get(kept.size() - 1) : view.epoch(),
                                        kept));
    }

    private boolean existsLive(TableView view, Principal principal) throws Refused {
        try (TableSnapshot live = store.snapshot(view.live())) {
            return visible(live, principal.sites()) != null;
        } catch (Refused e) {
            if (e.reason() == Reason.UNKNOWN_TABLE) {
                return false;
            }
            throw e;
        }
    }

    /** What a principal sees of a table; null when the table does not exist for it. */
    private static @Nullable Selection visible(TableSnapshot snapshot, Sites sites) throws Refused {
        Selection everything = Selection.everything(snapshot.tableSchema());
        if (sites.all()) {
            return everything;
        }
        if (!snapshot.tableSchema().isText(Sites.COLUMN)) {
            return null;
        }
        Selection own = everything.where(Sites.COLUMN, List.copyOf(sites.names()));
        return Measure.isAny(snapshot, own) ? own : null;
    }

    static Selection chosen(ReadCommand command, Selection visible) throws Refused {
        Selection chosen = visible;
        for (var column : command.where().entrySet()) {
            chosen = chosen.where(column.getKey(), column.getValue());
        }
        if (command.fromMillis() != null || command.beforeMillis() != null) {
            chosen = chosen.between(command.fromMillis(), command.beforeMillis());
        }
        if (!command.columns().isEmpty()) {
            chosen = chosen.columns(command.columns());
        }
        chosen = chosen.orderBy(command.order());
        return command.limit() == null ? chosen : chosen.limit(command.limit());
    }

    private static void requireComplete(ReadCommand command, OptionalLong completeThrough) throws Refused {
        Long wanted = command.completeThroughMillis();
        if (wanted != null && (completeThrough.isEmpty() || completeThrough.getAsLong() < wanted)) {
            throw new Refused(
                    Reason.UNAVAILABLE,
                    "Table %s is complete through %s, and not yet through %s. Wait for it with PollFlightInfo or the action wait."
                            .formatted(
                                    command.table(),
                                    completeThrough.isEmpty() ? "no time yet" : shown(completeThrough.getAsLong()),
                                    shown(wanted)));
        }
    }

    private static String shown(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private Refused unknown(String table, Principal principal) throws Refused {
        List<String> names = names(principal);
        return new Refused(
                Reason.UNKNOWN_TABLE,
                "There is no table '%s'. %s"
                        .formatted(
                                Shown.text(table),
                                names.isEmpty()
                                        ? "No table has been put yet; start the job, or wait for its first rows."
                                        : "There are: " + String.join(", ", names) + "."));
    }
}

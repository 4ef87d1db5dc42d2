package io.openclickstream.flight.read;

import io.openclickstream.flight.access.Principal;
import io.openclickstream.flight.access.Sites;
import io.openclickstream.flight.store.Position;
import io.openclickstream.flight.store.TableView;
import io.openclickstream.flight.table.Refused;
import io.openclickstream.flight.table.Selection;
import io.openclickstream.flight.table.TableSnapshot;
import io.openclickstream.schemas.live.LiveMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber follows: some rows of a view as they change, as the principal who asked may see them. Two that are
 * equal give the same rows.
 *
 * @param command without a token; its columns are named, so that later ones stay out
 * @param sites whose rows are seen
 */
public record Watch(ReadCommand command, Sites sites) {

    /**
     * What a subscription to a snapshot's table follows from now on.
     *
     * @throws Refused INVALID when such rows cannot be followed
     */
    static Watch of(ReadCommand command, Principal principal, TableSnapshot snapshot) throws Refused {
        Selection selection = ReadableTables.chosen(command, Selection.everything(snapshot.tableSchema()));
        if (!selection.hasKey()) {
            throw Refused.invalid(
                    "A subscription needs the columns that identify a row: %s. Add them to 'columns'.",
                    String.join(", ", snapshot.tableSchema().primaryKey()));
        }
        List<String> columns = selection.fields().stream().map(Field::getName).toList();
        ReadCommand followed = command.resumingAt(null);
        String token = command.resume();
        if (token != null && command.columns().isEmpty()) {
            for (int count = columns.size(); count > 0; count--) {
                // Columns may have been added since: who goes on goes on without them.
                Watch then = new Watch(followed.withColumns(columns.subList(0, count)), principal.sites());
                if (ResumeToken.isFor(token, then.command, then.sites)) {
                    return then;
                }
            }
        }
        return new Watch(followed.withColumns(columns), principal.sites());
    }

    public TableView view() {
        return command.tableView();
    }

    /**
     * The rows of a snapshot that are followed.
     *
     * @throws Refused INVALID when the table has changed so that they cannot be told
     */
    public Selection selection(TableSnapshot snapshot) throws Refused {
        Selection all = Selection.everything(snapshot.tableSchema());
        return ReadableTables.chosen(command, sites.all() ? all : all.where(Sites.COLUMN, List.copyOf(sites.names())));
    }

    /** The columns of the stream, with what is known of the table. */
    public Schema schema(TableSnapshot snapshot, Selection selection) {
        Map<String, String> metadata =
                new LinkedHashMap<>(snapshot.tableSchema().schema().getCustomMetadata());
        metadata.putAll(facts(snapshot));
        return new Schema(selection.changeFields(), metadata);
    }

    /**
     * What is known of a snapshot's rows, by the keys of {@link LiveMetadata}; nothing of it tells those who see some
     * sites of the changes of others.
     */
    public Map<String, String> facts(TableSnapshot snapshot) {
        Map<String, String> facts = new LinkedHashMap<>(snapshot.facts());
        if (!sites.all()) {
            facts.remove(LiveMetadata.VERSION);
            facts.remove(LiveMetadata.KEPT_FROM);
        }
        return facts;
    }

    /**
     * A token with which somebody who has all rows of a snapshot can go on; null when nobody can. In the live view that
     * takes the keys of all rows deleted since, so it is not for those who see some sites only.
     */
    public @Nullable String token(TableSnapshot snapshot) {
        Position position = Position.of(snapshot);
        boolean isTold = position != null && (position.isCommitted() || sites.all());
        return isTold && position != null ? ResumeToken.of(position, command, sites) : null;
    }

    /**
     * Where a command goes on; null when it begins with all rows.
     *
     * @throws Refused INVALID when its token is none, or not for this
     */
    public @Nullable Position position(ReadCommand asked) throws Refused {
        String given = asked.resume();
        return given == null ? null : ResumeToken.read(given, command, sites);
    }
}

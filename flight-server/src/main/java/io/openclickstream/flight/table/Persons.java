package io.openclickstream.flight.table;

import io.openclickstream.schemas.live.PersonsToErase;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;

/** Tells whose row it is, in tables that say so: those with the text columns {@code site_id} and {@code user_id}. */
public final class Persons {
    private static final String SITE = "site_id";
    private static final String USER = "user_id";

    private final Set<PersonsToErase.Person> persons;
    /** Lengths of their user ids, in bytes: most rows of others are told by that alone. */
    private final BitSet lengths = new BitSet();

    public Persons(PersonsToErase message) {
        persons = new HashSet<>(message.persons());
        persons.forEach(person -> lengths.set(person.user().getBytes(StandardCharsets.UTF_8).length));
    }

    /** Whether a table says whose its rows are. */
    static boolean areKnownIn(TableSchema schema) {
        return schema.isText(SITE) && schema.isText(USER);
    }

    /** Which rows of a chunk are of one of them. The table must say so. */
    BitSet in(Chunk chunk, TableSchema schema) {
        BitSet theirs = new BitSet();
        List<FieldVector> columns = chunk.columns();
        int site = schema.indexOf(SITE);
        int user = schema.indexOf(USER);
        if (Math.max(site, user) >= columns.size()) { // written before the table had these columns
            return theirs;
        }
        VarCharVector sites = (VarCharVector) columns.get(site);
        VarCharVector users = (VarCharVector) columns.get(user);
        for (int row = 0; row < chunk.rows(); row++) {
            if (!users.isNull(row)
                    && !sites.isNull(row)
                    && lengths.get(users.getValueLength(row))
                    && persons.contains(new PersonsToErase.Person(text(sites, row), text(users, row)))) {
                theirs.set(row);
            }
        }
        return theirs;
    }

    private static String text(VarCharVector column, int row) {
        return new String(column.get(row), StandardCharsets.UTF_8);
    }
}

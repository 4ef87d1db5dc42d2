package io.openclickstream.flight.access;

import java.util.Collection;
import java.util.List;

/**
 * Whose rows somebody sees: those of every site, or of some.
 *
 * @param all every row of every table, also of tables that know no sites
 * @param names sites whose rows are seen otherwise; sorted, none for nothing at all
 */
public record Sites(boolean all, List<String> names) {
    /** The column that says which site a row belongs to. */
    public static final String COLUMN = "site_id";
    /** How files and tokens write all sites. */
    static final String EVERY = "*";

    public static final Sites ALL = new Sites(true, List.of());

    public Sites {
        names = names.stream().distinct().sorted().toList();
    }

    /** The sites of a list of names, of which one may be {@code *}. */
    static Sites of(Collection<String> names) {
        return names.contains(EVERY) ? ALL : new Sites(false, List.copyOf(names));
    }
}

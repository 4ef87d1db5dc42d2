package io.openclickstream.quickstart.recompute;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row that is not the same on both sides.
 *
 * @param key the columns that identify it, and their values
 * @param lake the columns that differ as the lake has them; null when it does not have the row
 * @param recomputed the columns that differ as recomputed; null when the recomputation does not have the row
 */
public record Difference(
        String dataset,
        Map<String, String> key,
        @Nullable Map<String, String> lake,
        @Nullable Map<String, String> recomputed) {}

package io.openclickstream.pipeline.decide.metric;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What tells the panes of a window apart. */
final class DimensionValues {
    private final @Nullable Object[] values;
    private final int hash;

    private DimensionValues(@Nullable Object[] values, int hash) {
        this.values = values;
        this.hash = hash;
    }

    /**
     * Some of the values of a row; null when one of them is missing.
     *
     * @param positions where they are among all
     */
    static @Nullable DimensionValues of(@Nullable Object[] all, int[] positions) {
        @Nullable Object[] values = new Object[positions.length];
        int hash = 1;
        for (int i = 0; i < positions.length; i++) {
            Object value = all[positions[i]];
            if (value == null) {
                return null;
            }
            values[i] = value;
            hash = 31 * hash + value.hashCode();
        }
        return new DimensionValues(values, hash);
    }

    String toJson() {
        return Dimensions.toJson(values);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DimensionValues that && that.hash == hash && Arrays.equals(that.values, values);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}

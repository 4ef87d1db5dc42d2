package io.openclickstream.pipeline.decide.metric;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What tells the panes of a window apart. Used as a key, and filled again and again to look one up. */
final class DimensionValues {
    private final @Nullable Object[] values;
    private int hash;

    DimensionValues(int count) {
        this(new Object[count], 1);
    }

    private DimensionValues(@Nullable Object[] values, int hash) {
        this.values = values;
        this.hash = hash;
    }

    /**
     * Takes other values; only for one that is no key of a map.
     *
     * @param positions where they are among all
     * @return whether all are there; false leaves it without a meaning
     */
    boolean take(@Nullable Object[] all, int[] positions) {
        int next = 1;
        for (int i = 0; i < positions.length; i++) {
            Object value = all[positions[i]];
            if (value == null) {
                return false;
            }
            values[i] = value;
            next = 31 * next + value.hashCode();
        }
        hash = next;
        return true;
    }

    /** One that stays as it is. */
    DimensionValues copy() {
        return new DimensionValues(values.clone(), hash);
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

package io.openclickstream.schemas.metric;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What one measure knows of the values it has seen; two of them can be merged, in any order. Which parts are used
 * depends on the measure.
 *
 * @param values how many values went in; nulls and filtered rows do not
 * @param number sum, minimum or maximum of whole numbers and moments; the bits of a minimum or maximum of doubles
 * @param exact sum, minimum or maximum of decimals; what a sum of whole numbers holds beyond {@code number}
 * @param text minimum or maximum of texts
 * @param sketch Theta sketch of distinct values, or DDSketch of quantiles
 */
@SuppressWarnings("ArrayRecordComponent") // state, never compared
public record MeasureState(
        long values,
        long number,
        @Nullable BigDecimal exact,
        @Nullable String text,
        byte @Nullable [] sketch) {}

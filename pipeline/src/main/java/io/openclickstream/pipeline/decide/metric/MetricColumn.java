package io.openclickstream.pipeline.decide.metric;

import java.io.Serializable;

/**
 * One column of a metric's table.
 *
 * @param description what it holds: the SQL it comes from
 * @param value over the pane's dimensions and measures
 * @param sketchOf the measure whose sketch it holds; -1 when it holds {@code value}
 */
public record MetricColumn(
        String name, ValueType type, boolean isNullable, String description, Expression value, int sketchOf)
        implements Serializable {}

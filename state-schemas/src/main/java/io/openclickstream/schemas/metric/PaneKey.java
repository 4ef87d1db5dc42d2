package io.openclickstream.schemas.metric;

/**
 * One window of one metric for one combination of dimension values. In state it is a {@link PaneBucket} and, within it,
 * the dimensions.
 *
 * @param metric the metric's name
 * @param windowStartMillis first millisecond of the window, event time
 * @param dimensions values of the dimensions in the order of GROUP BY, as a JSON array without spaces, such as {@code
 *     ["shop","/home"]}; texts and whole numbers
 */
public record PaneKey(String metric, long windowStartMillis, String dimensions) {}

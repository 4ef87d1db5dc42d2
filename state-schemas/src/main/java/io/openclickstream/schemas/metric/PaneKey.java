package io.openclickstream.schemas.metric;

/**
 * The key of metric state: one window of one metric for one combination of dimension values. A key record never changes,
 * or every savepoint is lost.
 *
 * @param metric the metric's name
 * @param windowStartMillis first millisecond of the window, event time
 * @param dimensions values of the dimensions in the order of GROUP BY, as a JSON array without spaces, such as {@code
 *     ["shop","/home"]}; texts and whole numbers
 */
public record PaneKey(String metric, long windowStartMillis, String dimensions) {}

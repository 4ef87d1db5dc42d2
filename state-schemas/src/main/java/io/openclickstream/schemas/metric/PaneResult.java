package io.openclickstream.schemas.metric;

/**
 * A pane on its way to the lake and the live table.
 *
 * @param isClosed event time has passed the window's end, so that only clicks within the allowed lateness can change it
 * @param isFinal no accepted click can touch it any more
 */
public record PaneResult(PaneKey key, Pane pane, boolean isClosed, boolean isFinal) {}

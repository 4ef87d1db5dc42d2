package io.openclickstream.schemas.metric;

/** What one subtask has counted for a pane since it last told. */
public record PanePart(PaneKey key, Pane pane) {}

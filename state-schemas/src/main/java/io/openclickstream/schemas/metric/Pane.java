package io.openclickstream.schemas.metric;

import java.util.List;

/**
 * One combination of dimension values in one window, whole or in part.
 *
 * @param measures one per measure of the metric, in its order
 * @param ingestionTimeMillis latest ingestion time of what went in
 */
public record Pane(List<MeasureState> measures, long ingestionTimeMillis) {
    public Pane {
        measures = measures == null ? List.of() : measures;
    }
}

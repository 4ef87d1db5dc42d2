package io.openclickstream.flight.store;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What is told of a lineage.
 *
 * @param isServed whether readers see it when they name none
 * @param committedEpoch the epoch of its committed views; 0 for none
 * @param keptEpochs the epochs that can be read and gone back to, the oldest first
 */
public record LineageFacts(
        String lineage,
        @JsonProperty("is_served") boolean isServed,
        @JsonProperty("committed_epoch") long committedEpoch,
        @JsonProperty("kept_epochs") List<Long> keptEpochs) {}

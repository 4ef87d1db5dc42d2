package io.openclickstream.pipeline.operator;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import io.openclickstream.schemas.metric.MetricDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * What every metric's name has meant, in operator state. A metric that is gone loses its open panes; one that is added
 * starts with the next click; one that changed under its name is refused, since its panes would mix two meanings.
 */
final class MetricDefinitions {
    private final ListState<MetricDefinition> state;
    private final Map<String, String> sqlByMetric = new TreeMap<>();

    MetricDefinitions(OperatorStateStore store) throws Exception {
        state = store.getUnionListState(
                new ListStateDescriptor<>("definitions", TypeInformation.of(MetricDefinition.class)));
    }

    /** Reads what is known, and adds the catalog to it unless they contradict each other. */
    void restore(MetricCatalog catalog) throws Exception {
        for (MetricDefinition known : state.get()) {
            sqlByMetric.put(known.metric(), known.sql());
        }
        List<String> changes = new ArrayList<>();
        for (Metric metric : catalog.metrics()) {
            String known = sqlByMetric.putIfAbsent(metric.name(), metric.sql());
            if (known != null && !known.equals(metric.sql())) {
                changes.add("metric %s was%n  %s%nand is now%n  %s".formatted(metric.name(), known, metric.sql()));
            }
        }
        if (!changes.isEmpty()) {
            throw new SuppressRestartsException(new IllegalStateException(
                    "The restored state holds other metrics under the same names. Give a changed metric a new name"
                            + " (a new file), or start the job without state:\n" + String.join("\n", changes)));
        }
    }

    /**
     * Writes what is known.
     *
     * @param isFirst whether this is the one subtask that writes it for all
     */
    void save(boolean isFirst) throws Exception {
        List<MetricDefinition> kept = new ArrayList<>();
        if (isFirst) {
            sqlByMetric.forEach((metric, sql) -> kept.add(new MetricDefinition(metric, sql)));
        }
        state.update(kept);
    }
}

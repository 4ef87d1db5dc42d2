package io.openclickstream.load.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.StreamSupport;

/**
 * What one writer's process said.
 *
 * @param seen its line of JSON
 */
record WriterRun(Writer writer, JsonNode seen) {

    /** Rows per second of CPU time of the whole process, the median of all measured rounds. */
    double rowsPerCpuSecond() {
        return seen.path("rows").asLong() / median("cpu_seconds");
    }

    double wallSeconds() {
        return median("wall_seconds");
    }

    double bytesPerRow() {
        return seen.path("file_bytes").asDouble() / seen.path("rows").asLong();
    }

    private double median(String measured) {
        double[] sorted = StreamSupport.stream(seen.path(measured).spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .sorted()
                .toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

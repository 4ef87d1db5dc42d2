package io.openclickstream.load.live;

import io.openclickstream.load.benchmark.Medians;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of one table.
 *
 * @param bytesPerRow of the batches, on the wire and in the log
 * @param rounds the measured ones
 * @param diskRowsPerSecond after each round, how many rows the disk would have taken
 */
record PutRun(Form form, double bytesPerRow, List<Round> rounds, List<Double> diskRowsPerSecond) {

    /**
     * One round.
     *
     * @param seconds until everything was acknowledged and the epoch committed
     * @param cpuSeconds of the server's process
     */
    record Round(long rows, double seconds, double cpuSeconds) {
        double rowsPerSecond() {
            return rows / seconds;
        }

        double cpuMicrosPerRow() {
            return 1e6 * cpuSeconds / rows;
        }
    }

    double rowsPerSecond() {
        return Medians.of(rounds.stream().mapToDouble(Round::rowsPerSecond));
    }

    double cpuMicrosPerRow() {
        return Medians.of(rounds.stream().mapToDouble(Round::cpuMicrosPerRow));
    }

    double diskRows() {
        return Medians.of(diskRowsPerSecond.stream().mapToDouble(Double::doubleValue));
    }

    double slowest() {
        return rounds.stream().mapToDouble(Round::rowsPerSecond).min().orElse(Double.NaN);
    }

    double fastest() {
        return rounds.stream().mapToDouble(Round::rowsPerSecond).max().orElse(Double.NaN);
    }

    /** For the raw output. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("table", form.table().name());
        facts.put("bytes_per_row", bytesPerRow);
        facts.put("rounds", rounds);
        facts.put("disk_rows_per_second", diskRowsPerSecond);
        return facts;
    }
}

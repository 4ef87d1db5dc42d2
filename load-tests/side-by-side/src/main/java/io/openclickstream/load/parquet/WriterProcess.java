package io.openclickstream.load.parquet;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One JVM in which one writer writes the same rows several times: unmeasured rounds until the code is compiled, then
 * the measured ones. Prints what it saw as one line of JSON. Arguments: writer, seed, rows, rounds, file.
 */
final class WriterProcess {
    static final int WARM_UP_ROUNDS = 8;

    private WriterProcess() {}

    public static void main(String[] args) throws Exception {
        Writer writer = Writer.valueOf(args[0]);
        int count = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        Path file = Path.of(args[4]);
        Writer.Rows rows = writer.rows(DecodedClicks.of(Long.parseLong(args[1]), count));
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            rows.write(file);
        }
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        List<Double> cpuSeconds = new ArrayList<>();
        List<Double> wallSeconds = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            System.gc();
            long cpu = system.getProcessCpuTime();
            long wall = System.nanoTime();
            rows.write(file);
            cpuSeconds.add((system.getProcessCpuTime() - cpu) / 1e9);
            wallSeconds.add((System.nanoTime() - wall) / 1e9);
        }
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("writer", writer.key());
        seen.put("rows", count);
        seen.put("cpu_seconds", cpuSeconds);
        seen.put("wall_seconds", wallSeconds);
        seen.put("file_bytes", Files.size(file));
        System.out.println(new JsonMapper().writeValueAsString(seen));
        System.exit(0);
    }
}

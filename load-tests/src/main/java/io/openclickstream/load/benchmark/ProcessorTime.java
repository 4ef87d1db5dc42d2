package io.openclickstream.load.benchmark;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Reads the CPU time that processes of this machine have used since they began, all threads and modes together. */
record ProcessorTime(Map<String, ProcessHandle> processes) {

    /** @throws IllegalStateException when one does not run */
    static ProcessorTime of(Map<String, Long> pids) {
        Map<String, ProcessHandle> processes = new TreeMap<>();
        pids.forEach((name, pid) -> processes.put(
                name,
                ProcessHandle.of(pid)
                        .orElseThrow(() -> new IllegalStateException(
                                "Process %s=%d does not run (any more). See its log.".formatted(name, pid)))));
        return new ProcessorTime(processes);
    }

    static boolean isFlink(String name) {
        return name.equals("flink") || name.startsWith("flink-");
    }

    /** @throws IllegalStateException when a process has ended, or its time cannot be read */
    Map<String, Duration> read() {
        Map<String, Duration> times = new TreeMap<>();
        processes.forEach((name, process) -> times.put(
                name,
                process.info()
                        .totalCpuDuration()
                        .filter(time -> process.isAlive())
                        .orElseThrow(() -> new IllegalStateException(
                                "Cannot read the CPU time of process %s=%d: it has ended or belongs to someone else."
                                        .formatted(name, process.pid())))));
        return times;
    }

    static Duration ofFlink(Map<String, Duration> times) {
        return times.entrySet().stream()
                .filter(entry -> isFlink(entry.getKey()))
                .map(Map.Entry::getValue)
                .reduce(Duration.ZERO, Duration::plus);
    }
}

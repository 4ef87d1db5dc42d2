package io.openclickstream.load.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a process of this machine uses.
 *
 * @param cpu CPU time since it began, all threads and modes together
 * @param residentBytes its memory that is in RAM now: heap, direct memory, code and everything else
 */
record ProcessUse(Duration cpu, long residentBytes) {

    /** @throws IOException when it has ended, or the system does not tell (Linux does) */
    static ProcessUse of(ProcessHandle process) throws IOException {
        Duration cpu = process.info()
                .totalCpuDuration()
                .filter(time -> process.isAlive())
                .orElseThrow(() -> new IOException("Process %d has ended.".formatted(process.pid())));
        return new ProcessUse(cpu, resident(Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))));
    }

    /** The line {@code VmRSS:   1234 kB} of Linux's {@code /proc/PID/status}, in bytes. */
    static long resident(List<String> status) throws IOException {
        for (String line : status) {
            if (line.startsWith("VmRSS:")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("/proc tells no resident memory of a process that runs: " + status);
    }
}

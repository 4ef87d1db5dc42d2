package io.openclickstream.load.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is known about the machine a benchmark runs on. */
public final class Machine {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private Machine() {}

    /** Processor, memory, system, Java, and the time. */
    public static Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("processor", processor());
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("memory_bytes", SYSTEM.getTotalMemorySize());
        facts.put("system", "%s %s %s".formatted(SYSTEM.getName(), SYSTEM.getVersion(), SYSTEM.getArch()));
        facts.put("java", Runtime.version().toString());
        facts.put("load_average", SYSTEM.getSystemLoadAverage());
        facts.put("measured_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return facts;
    }

    /** Share of all cores in use since the last call, 0 to 1; negative when not known. */
    static double busy() {
        return SYSTEM.getCpuLoad();
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}

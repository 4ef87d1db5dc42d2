package io.openclickstream.quickstart.platform;

import java.util.List;

/** The processes of the platform, in the order in which they start; they stop in the opposite order. */
public enum ChildName {
    KAFKA("kafka", "Kafka", "io.openclickstream.quickstart.kafka.EmbeddedKafka", "-Xmx512m"),
    S3("s3", "S3", "io.openclickstream.quickstart.s3.EmbeddedS3", "-Xmx512m"),
    FLIGHT(
            "flight",
            "Flight server",
            "io.openclickstream.flight.FlightServerMain",
            "-Xmx1g -XX:MaxDirectMemorySize=1g"),
    FLINK("flink", "Flink", "io.openclickstream.quickstart.flink.LocalFlink", "-Xmx2g -XX:MaxDirectMemorySize=1g");

    private final String module;
    private final String title;
    private final String mainClass;
    private final String memory;

    ChildName(String module, String title, String mainClass, String memory) {
        this.module = module;
        this.title = title;
        this.mainClass = mainClass;
        this.memory = memory;
    }

    /** The module below {@code quickstart} whose class path it has; also names its log and data folder. */
    public String module() {
        return module;
    }

    /** What a person calls it. */
    public String title() {
        return title;
    }

    String mainClass() {
        return mainClass;
    }

    List<String> memory() {
        return List.of(memory.split(" ", -1));
    }
}

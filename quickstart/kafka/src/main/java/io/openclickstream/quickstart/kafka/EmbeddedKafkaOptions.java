package io.openclickstream.quickstart.kafka;

import io.openclickstream.options.ByteSize;
import io.openclickstream.options.Program;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the embedded broker is started with. */
@Command(description = "Runs one Kafka broker in KRaft mode on a folder, for this machine only.")
interface EmbeddedKafkaOptions {
    Program<EmbeddedKafkaOptions> PROGRAM =
            new Program<>("the embedded Kafka", EmbeddedKafkaOptions.class, (options, wrong) -> {
                wrong.require(isPort(options.port()), "kafka.port", "must be 1 to 65535. Use for example 19092");
                wrong.require(
                        isPort(options.controllerPort()),
                        "kafka.controller-port",
                        "must be 1 to 65535. Use for example 19093");
                wrong.require(
                        options.port() != options.controllerPort(),
                        "kafka.controller-port",
                        "is the same as kafka.port. Use another one");
            });

    @Option(names = "--data.dir", paramLabel = "DIR", required = true, description = "Folder of the broker's logs.")
    Path dataFolder();

    @Option(names = "--kafka.port", paramLabel = "PORT", defaultValue = "19092", description = "Port of the broker.")
    int port();

    @Option(
            names = "--kafka.controller-port",
            paramLabel = "PORT",
            defaultValue = "19093",
            description = "Port of the KRaft controller in the same process.")
    int controllerPort();

    @Option(
            names = "--kafka.max-message-size",
            paramLabel = "SIZE",
            defaultValue = "16MiB",
            description = "The largest batch of records that the broker takes.")
    ByteSize maxMessageSize();

    private static boolean isPort(int port) {
        return port > 0 && port <= 65_535;
    }
}

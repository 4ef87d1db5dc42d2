package io.openclickstream.quickstart.kafka;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.metadata.storage.FormatterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker and its controller in this process, on one folder. A folder that was used before is opened as it
 * was left, even after a kill; a new one is formatted. Runs until the process is told to end.
 */
public final class EmbeddedKafka {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);
    /** Always the same, so that a folder that was used before is recognised. */
    private static final String CLUSTER = "b3BlbmNsaWNrc3RyZWFtMQ";

    private static final int NODE = 1;
    private static final String CONTROLLER = "CONTROLLER";

    private EmbeddedKafka() {}

    /** Starts the broker; ends the process with code 1 when it cannot start. */
    public static void main(String[] args) throws Exception {
        int exitCode = EmbeddedKafkaOptions.PROGRAM.run(args, System.getenv(), EmbeddedKafka::serve);
        // A broker whose start failed leaves threads that would keep the process alive for ever.
        Runtime.getRuntime().halt(exitCode);
    }

    private static int serve(EmbeddedKafkaOptions options) throws IOException {
        KafkaRaftServer server;
        try {
            format(options.dataFolder());
            server = new KafkaRaftServer(new KafkaConfig(properties(options)), Time.SYSTEM);
            server.startup();
        } catch (Throwable e) { // whatever the cause, its threads must not survive it
            log.atError()
                    .setCause(e)
                    .addKeyValue("folder", options.dataFolder())
                    .log("the broker cannot start");
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "stop-broker"));
        server.awaitShutdown();
        return 0;
    }

    private static void format(Path folder) throws Exception {
        Files.createDirectories(folder);
        try {
            new Formatter()
                    .setClusterId(CLUSTER)
                    .setNodeId(NODE)
                    .setControllerListenerName(CONTROLLER)
                    .setMetadataLogDirectory(folder.toString())
                    .addDirectory(folder.toString())
                    .setIgnoreFormatted(true)
                    .setPrintStream(new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (FormatterException e) {
            throw new IOException("Cannot prepare " + folder + " for Kafka: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> properties(EmbeddedKafkaOptions options) {
        String broker = "127.0.0.1:" + options.port();
        String controller = "127.0.0.1:" + options.controllerPort();
        Map<String, Object> properties = new HashMap<>();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", String.valueOf(NODE));
        properties.put("controller.quorum.voters", NODE + "@" + controller);
        properties.put("controller.listener.names", CONTROLLER);
        properties.put("inter.broker.listener.name", "PLAINTEXT");
        properties.put("listener.security.protocol.map", CONTROLLER + ":PLAINTEXT,PLAINTEXT:PLAINTEXT");
        properties.put("listeners", "PLAINTEXT://" + broker + "," + CONTROLLER + "://" + controller);
        properties.put("advertised.listeners", "PLAINTEXT://" + broker);
        properties.put("log.dirs", options.dataFolder().toString());
        properties.put(
                "message.max.bytes", String.valueOf(options.maxMessageSize().bytesAsInt()));
        properties.put(
                "replica.fetch.max.bytes",
                String.valueOf(options.maxMessageSize().bytesAsInt()));
        properties.put("auto.create.topics.enable", "false");
        properties.put("offsets.topic.num.partitions", "1");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("transaction.state.log.num.partitions", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("share.coordinator.state.topic.num.partitions", "1");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("log.retention.ms", "-1");
        properties.put("num.network.threads", "2");
        properties.put("num.io.threads", "4");
        properties.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 << 20));
        return properties;
    }
}

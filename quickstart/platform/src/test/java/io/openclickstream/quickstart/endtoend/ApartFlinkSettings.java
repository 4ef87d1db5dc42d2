package io.openclickstream.quickstart.endtoend;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a job manager, its task managers and whoever submits the job read: a configuration file of Flink's.
 *
 * @param folder where it is, and where they keep what they need for a while
 * @param rpcPort where the task managers find the job manager, also the next one
 */
record ApartFlinkSettings(Path folder, int rpcPort, URI page, URI s3) {
    /** Of each task manager; one that is left alone has room for the whole job. */
    static final int SLOTS = 2;

    void write() throws IOException {
        Files.createDirectories(folder);
        Files.write(
                folder.resolve("config.yaml"),
                List.of(
                        "jobmanager.rpc.address: 127.0.0.1",
                        "jobmanager.rpc.port: " + rpcPort,
                        "jobmanager.bind-host: 127.0.0.1",
                        "taskmanager.host: 127.0.0.1",
                        "taskmanager.bind-host: 127.0.0.1",
                        "rest.address: 127.0.0.1",
                        "rest.bind-address: 127.0.0.1",
                        "rest.port: " + page.getPort(),
                        "rest.bind-port: " + page.getPort(),
                        // The job is submitted while the job manager starts.
                        "rest.retry.delay: 500 ms",
                        "rest.retry.max-attempts: 600",
                        "io.tmp.dirs: " + folder,
                        // Noticed soon, and long before a process that is stopped for a minute goes on.
                        "heartbeat.interval: 1 s",
                        "heartbeat.timeout: 30 s",
                        // Four processes start at once, on a machine that may do other things.
                        "pekko.startup-timeout: 5 min",
                        "pekko.ask.timeout: 1 min",
                        "slot.request.timeout: 5 min",
                        "resourcemanager.standalone.start-up-time: 5 min",
                        "taskmanager.numberOfTaskSlots: " + SLOTS,
                        // One subtask in each at first.
                        "taskmanager.load-balance.mode: SLOTS",
                        "taskmanager.cpu.cores: 1",
                        // Flink's scripts would work these out.
                        "taskmanager.memory.framework.heap.size: 128m",
                        "taskmanager.memory.framework.off-heap.size: 128m",
                        "taskmanager.memory.jvm-metaspace.size: 256m",
                        "taskmanager.memory.jvm-overhead.min: 192m",
                        "taskmanager.memory.jvm-overhead.max: 192m",
                        "taskmanager.memory.task.heap.size: 512m",
                        "taskmanager.memory.task.off-heap.size: 512m",
                        "taskmanager.memory.network.min: 64m",
                        "taskmanager.memory.network.max: 64m",
                        "taskmanager.memory.managed.size: 32m",
                        "state.backend.type: hashmap",
                        "execution.checkpointing.mode: EXACTLY_ONCE",
                        "execution.checkpointing.interval: 2 s",
                        "execution.checkpointing.timeout: 2 min",
                        "execution.checkpointing.tolerable-failed-checkpoints: 3",
                        "execution.checkpointing.storage: filesystem",
                        "execution.checkpointing.dir: s3://clickstream/checkpoints",
                        "execution.checkpointing.savepoint-dir: s3://clickstream/savepoints",
                        "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION",
                        "execution.checkpointing.num-retained: 3",
                        "restart-strategy.type: exponential-delay",
                        "restart-strategy.exponential-delay.initial-backoff: 500 ms",
                        "restart-strategy.exponential-delay.max-backoff: 10 s",
                        "s3.endpoint: " + s3,
                        "s3.path.style.access: true",
                        // What the job is made of stands on every process's class path.
                        "classloader.resolve-order: parent-first"));
    }
}

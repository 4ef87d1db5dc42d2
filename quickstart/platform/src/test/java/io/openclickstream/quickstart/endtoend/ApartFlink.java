package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.platform.DataFolder;
import io.openclickstream.quickstart.platform.DataFolder.S3Keys;
import io.openclickstream.quickstart.platform.FlinkRest.Job;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.Ports;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A job manager and task managers in processes of their own, started by Flink's entry points, and the job submitted to them
 * as {@code flink run} does, beside a platform that has none. There is no high availability: a job manager that ends takes
 * its job along, and the next one gets it from the newest checkpoint that was retained, while task managers stay.
 */
final class ApartFlink implements AutoCloseable {
    static final int TASK_MANAGERS = 2;

    private static final Duration PATIENCE = RunProgress.PATIENCE;
    private static final String JOB = "io.openclickstream.pipeline.ClickstreamJob";

    private final Platform platform;
    private final Path root;
    private final Path folder;
    private final ApartFlinkSettings settings;
    private final Map<String, String> environment;
    private final List<Process> taskManagers = new ArrayList<>();
    private Process jobManager;
    /** What Flink calls each of them; one that is started again has another id. */
    private final Map<Integer, String> ids = new HashMap<>();

    private int started;
    private int submissions;

    /**
     * Starts them, and the job anew.
     *
     * @param platform without a job
     * @param folder for what they keep, and their logs
     */
    ApartFlink(Platform platform, Path root, Path folder) throws Exception {
        this.platform = platform;
        this.root = root;
        this.folder = folder;
        settings = new ApartFlinkSettings(
                folder,
                freePort(platform),
                platform.addresses().flinkPage(),
                platform.addresses().s3());
        settings.write();
        S3Keys keys = DataFolder.s3Keys(platform.dataFolder());
        environment = Map.of(
                "AWS_ACCESS_KEY_ID",
                keys.accessKey(),
                "AWS_SECRET_ACCESS_KEY",
                keys.secretKey(),
                "FLINK_CONF_DIR",
                folder.toString(),
                "FLINK_PLUGINS_DIR",
                root.resolve("quickstart/flink/target/plugins").toString());
        jobManager = startJobManager();
        try {
            for (int i = 0; i < TASK_MANAGERS; i++) {
                taskManagers.add(startTaskManager(i));
            }
            submit();
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    long jobManagerPid() {
        return jobManager.pid();
    }

    long taskManagerPid(int index) {
        return taskManagers.get(index).pid();
    }

    /** Kills the job manager; another one starts at its address and gets the job from the newest retained checkpoint. */
    void replaceJobManager() throws Exception {
        kill(jobManager);
        jobManager = startJobManager();
        submit();
    }

    /** Kills a task manager; another one takes its place. */
    void replaceTaskManager(int index) throws Exception {
        kill(taskManagers.get(index));
        taskManagers.set(index, startTaskManager(index));
    }

    /** The preferred task manager if it runs a part of the job, else the other one, which then runs all of it. */
    int busyTaskManager(int preferred) throws Exception {
        URI page = platform.addresses().flinkPage().resolve("/taskmanagers");
        String answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        for (JsonNode each : new JsonMapper().readTree(answer).path("taskmanagers")) {
            boolean isBusy =
                    each.path("freeSlots").asInt() < each.path("slotsNumber").asInt();
            if (isBusy && each.path("id").asText().equals(ids.get(preferred))) {
                return preferred;
            }
        }
        return TASK_MANAGERS - 1 - preferred;
    }

    /** Waits until every subtask runs. */
    void awaitRunning() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
            assertThat(taskManagers)
                    .as("task managers that live, see %s", folder)
                    .allMatch(Process::isAlive);
            return platform.flink().job().filter(Job::allRunning).isPresent();
        });
    }

    private void submit() throws Exception {
        Optional<Path> checkpoint = newestCheckpoint();
        // Else a start without state would go unnoticed.
        assertThat(checkpoint.isPresent()).isEqualTo(submissions > 0);
        List<String> arguments = new ArrayList<>(List.of("run", "--detached", "--class", JOB, "--parallelism", "2"));
        checkpoint.ifPresent(newest -> arguments.addAll(List.of(
                "--fromSavepoint",
                "s3://clickstream/" + platform.bucketFolder().relativize(newest),
                "--claimMode",
                "CLAIM")));
        arguments.add(pipelineJar());
        arguments.addAll(List.of(
                "--kafka.bootstrap-servers=" + platform.addresses().kafka(),
                "--kafka.topic=" + platform.addresses().topic(),
                "--lake.uri=s3://clickstream/lake",
                "--live.uri=" + platform.addresses().flight(),
                "--watermark.idle-timeout=366d"));
        submissions++;
        Path log = folder.resolve("submission-" + submissions + ".log");
        Process submission = start(log, "org.apache.flink.client.cli.CliFrontend", "-Xmx512m", arguments);
        try {
            assertThat(submission.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("submitted in time: %s", log)
                    .isTrue();
        } finally {
            submission.destroyForcibly();
        }
        assertThat(submission.exitValue()).as(Files.readString(log)).isZero();
        awaitRunning();
    }

    /** Checkpoints count on from the one that a job was restored from. */
    private Optional<Path> newestCheckpoint() throws IOException {
        Path checkpoints = platform.bucketFolder().resolve("checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(checkpoints, 2)) {
            return files.filter(path -> path.getFileName().toString().startsWith("chk-"))
                    .filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(Comparator.comparingLong(
                            path -> Long.parseLong(path.getFileName().toString().substring("chk-".length()))));
        }
    }

    private Process startJobManager() throws IOException {
        return start(
                folder.resolve("job-manager.log"),
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                "-Xmx512m",
                List.of("--configDir", folder.toString()));
    }

    private Process startTaskManager(int index) throws IOException {
        started++;
        String id = "task-manager-" + index + "-" + started;
        ids.put(index, id);
        return start(
                folder.resolve("task-manager-" + index + ".log"),
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                "-Xmx1g",
                List.of("--configDir", folder.toString(), "-D", "taskmanager.resource-id=" + id));
    }

    private Process start(Path log, String main, String memory, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("jvm.options"),
                memory,
                "-Dclickstream.parent.pid=" + ProcessHandle.current().pid(),
                "-cp",
                root.resolve("quickstart/flink/target/classes") + File.pathSeparator + libraries(),
                "io.openclickstream.quickstart.child.ChildMain",
                main));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Its classes are on every class path; Flink only asks for the file. */
    private String pipelineJar() throws IOException {
        return Arrays.stream(libraries().split(File.pathSeparator, -1))
                .filter(library -> Path.of(library).getFileName().toString().startsWith("pipeline-"))
                .findFirst()
                .orElseThrow();
    }

    private String libraries() throws IOException {
        return Files.readString(root.resolve("quickstart/flink/target/classpath.txt"))
                .strip();
    }

    /** One that the platform will not want. */
    private static int freePort(Platform platform) {
        return Stream.generate(Ports::free)
                .map(Ports::flinkPage)
                .filter(port -> port != platform.addresses().flinkPage().getPort())
                .findFirst()
                .orElseThrow();
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    @Override
    public void close() throws InterruptedException {
        for (Process taskManager : taskManagers) {
            kill(taskManager);
        }
        kill(jobManager);
    }
}

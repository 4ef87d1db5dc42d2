package io.openclickstream.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final RestartPolicy QUICK =
            new RestartPolicy(2, Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMinutes(1));

    @TempDir
    Path folder;

    private final List<String> notices = new CopyOnWriteArrayList<>();

    @Test
    void aChildThatIsKilledIsSaidSoAndStartedAgain() throws Exception {
        try (Supervisor supervisor = new Supervisor(QUICK, notices::add)) {
            supervisor.start(ChildName.S3, bash("exec sleep 600"));
            long first = supervisor.process(ChildName.S3).orElseThrow().pid();
            supervisor.process(ChildName.S3).orElseThrow().kill();
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            supervisor.process(ChildName.S3).map(ChildProcess::pid))
                    .isPresent()
                    .get()
                    .isNotEqualTo(first));
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(notices)
                    .satisfiesExactly(
                            notice -> assertThat(notice).contains("S3 ended by itself (code 137)"),
                            notice -> assertThat(notice).isEqualTo("S3 was started again")));
            supervisor.stop(ChildName.S3, PATIENCE);
            assertThat(supervisor.process(ChildName.S3)).isEmpty();
            assertThat(supervisor.starts(ChildName.S3)).isEqualTo(2);
        }
    }

    @Test
    void aChildThatKeepsEndingIsGivenUpWithTheNameOfItsLog() throws Exception {
        try (Supervisor supervisor = new Supervisor(QUICK, notices::add)) {
            supervisor.start(ChildName.KAFKA, bash("echo no luck; exit 7"));
            String sentence = supervisor.givenUp().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(sentence).contains("Kafka ended 3 times in a row", log().toString());
            assertThat(supervisor.starts(ChildName.KAFKA)).isEqualTo(3);
            assertThat(Files.readAllLines(log())).containsExactly("no luck", "no luck", "no luck");
        }
    }

    @Test
    void aChildDoesNotHearCtrlCAndOneThatDoesNotEndIsKilled() throws Exception {
        try (Supervisor supervisor = new Supervisor(QUICK, notices::add)) {
            supervisor.start(ChildName.FLINK, bash("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
            ChildProcess child = supervisor.process(ChildName.FLINK).orElseThrow();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> Files.exists(log()) && Files.readString(log()).contains("ready"));
            new ProcessBuilder("kill", "-INT", String.valueOf(child.pid()))
                    .start()
                    .waitFor();
            supervisor.stop(ChildName.FLINK, Duration.ofMillis(300));
            assertThat(child.ended().get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(137);
            assertThat(notices).isEmpty();
        }
    }

    @Test
    void aChildThatWasStoppedIsStartedAnewAndItsStartsGoOnCounting() throws Exception {
        try (Supervisor supervisor = new Supervisor(QUICK, notices::add)) {
            supervisor.start(ChildName.FLINK, bash("exec sleep 600"));
            supervisor.stop(ChildName.FLINK, PATIENCE);
            supervisor.start(ChildName.FLINK, bash("echo again; exec sleep 600"));
            assertThat(supervisor.starts(ChildName.FLINK)).isEqualTo(2);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> Files.exists(log()) && Files.readString(log()).contains("again"));
            supervisor.stop(ChildName.FLINK, PATIENCE);
            assertThat(notices).isEmpty();
        }
    }

    private Path log() {
        return folder.resolve("child.log");
    }

    private ChildProcess.Start bash(String script) {
        return new ChildProcess.Start(List.of("bash", "-c", script), Map.of(), log());
    }
}

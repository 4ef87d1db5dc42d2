package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.quickstart.endtoend.FaultSchedule.Fault;
import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * One run over a {@link FaultWorkload}, in steps that follow each other: the Flink process is killed as the schedule
 * says, and the job is rescaled 1 -> 2 -> 1 through savepoints, while clicks keep coming.
 */
final class FaultRun implements AutoCloseable {
    private final FaultWorkload workload;
    private final Iterator<Fault> faults;
    private final Platform platform;
    private final Sender sender;
    private final Feeder feeder;
    private final RunProgress progress;
    private final FaultInjector injector;
    private int rescales;

    /**
     * @param platform whose job runs with one subtask and has read nothing
     */
    FaultRun(FaultWorkload workload, FaultSchedule schedule, Platform platform) {
        this.workload = workload;
        this.platform = platform;
        faults = schedule.faults().iterator();
        sender = new Sender(platform);
        feeder = new Feeder(sender, workload.all());
        progress = new RunProgress(platform);
        injector = new FaultInjector(platform);
    }

    /** One partition is a week behind and one is silent: three faults, and from one subtask to two. */
    void readWhileAWeekBehind() throws Exception {
        int records = workload.untilCatchUp().size();
        feeder.raiseTo(records / 5);
        await().atMost(RunProgress.PATIENCE).until(() -> platform.live()
                .sessions()
                .filter(sessions -> sessions.closed() > 0)
                .isPresent());
        assertOnlyTheBacklogIsFinal();

        feeder.raiseTo(2 * records / 5);
        injector.strike(faults.next());
        feeder.raiseTo(3 * records / 5);
        platform.stopJob(StopMode.SUSPEND, RunProgress.PATIENCE);
        restartWith(2);
        feeder.raiseTo(4 * records / 5);
        injector.strike(faults.next());
        feeder.raiseTo(records);
        injector.strike(faults.next());

        feeder.awaitLimit();
        progress.awaitReceived(records);
        assertOnlyTheBacklogIsFinal();
    }

    /** Both partitions are there again; the job is stopped, and late clicks wait for it to start with one subtask. */
    void catchUpAndRestartWithLatecomers() throws Exception {
        int records = workload.untilCatchUp().size() + workload.catchUp().size();
        feeder.raiseTo(records);
        progress.awaitWatermarkOf(FaultWorkload.CAUGHT_UP);
        platform.stopJob(StopMode.SUSPEND, RunProgress.PATIENCE);
        feeder.raiseTo(records + workload.latecomers().size());
        feeder.awaitLimit();
        restartWith(1);
    }

    /** The last fault, the last clicks, and everything becomes final. */
    Ledger finish() throws Exception {
        int records = workload.all().size();
        feeder.raiseTo(records);
        injector.strike(faults.next());
        feeder.awaitLimit();
        Ledger ledger = progress.awaitReceived(records);
        platform.stopJob(StopMode.DRAIN, RunProgress.PATIENCE);
        assertThat(faults).isExhausted();
        assertThat(platform.starts(ChildName.FLINK)).isEqualTo(1 + rescales + injector.kills());
        return ledger;
    }

    /** Where each record of the workload stands in Kafka. */
    List<RecordMetadata> positions() {
        return feeder.positions();
    }

    private void restartWith(int parallelism) throws Exception {
        platform.restartJob(parallelism, RunProgress.PATIENCE);
        rescales++;
    }

    /** Event time waits for the partition a week behind, so nobody else's session can be final. */
    private void assertOnlyTheBacklogIsFinal() throws Exception {
        assertThat(finalUsers()).isSubsetOf(workload.backlogUsers());
    }

    private List<String> finalUsers() throws Exception {
        return new LiveReader(platform.addresses().flight())
                .rows("sessions").stream()
                        .filter(row -> row.get("is_final").equals(true))
                        .map(row -> String.valueOf(row.get("user_id")))
                        .distinct()
                        .toList();
    }

    @Override
    public void close() {
        feeder.close();
        sender.close();
    }
}

package io.openclickstream.quickstart.flink;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;

/**
 * Waits for a job to end. In one process nobody starts a task manager anew that has ended, as one does after an error that
 * it cannot live with; the job would ask for slots for ever. That is an end, too: of the process, so that it is
 * started again.
 */
final class JobEnd {
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

    /** How often in a row no task manager is seen before that is believed. */
    private static final int LOOKS = 10;

    private JobEnd() {}

    /** The cluster has no task manager any more; what ended it is in the log. */
    static final class NoTaskManagerException extends Exception {
        private static final long serialVersionUID = 1L;

        private NoTaskManagerException() {
            super("The task manager has ended; the error that it ended with is above. This process ends, and goes on "
                    + "from the last checkpoint when it is started again.");
        }
    }

    /**
     * How the job has ended.
     *
     * @throws NoTaskManagerException when it can never go on, since nothing is left that could run it
     */
    static JobResult await(MiniCluster flink, JobID job)
            throws InterruptedException, ExecutionException, NoTaskManagerException {
        CompletableFuture<JobResult> result = flink.requestJobResult(job);
        int without = 0;
        while (without < LOOKS) {
            try {
                return result.get(LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                boolean hasNone = flink.requestClusterOverview().get().getNumTaskManagersConnected() == 0;
                without = hasNone ? without + 1 : 0;
            }
        }
        throw new NoTaskManagerException();
    }
}

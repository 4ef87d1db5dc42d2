package io.openclickstream.quickstart.screen;

import io.openclickstream.quickstart.platform.Addresses;
import io.openclickstream.quickstart.platform.FlinkRest.Checkpoint;
import io.openclickstream.quickstart.platform.FlinkRest.Job;
import io.openclickstream.quickstart.platform.Lake;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.LiveTables.Sessions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a platform looked like at one moment. What could not be found out is empty, and the screen says so.
 *
 * @param clicksPerSecond read by the job lately; empty before two counts were seen
 * @param sent clicks that this command sent
 * @param notices what happened lately, the newest last
 */
public record PlatformState(
        Instant at,
        Addresses addresses,
        Path dataFolder,
        Path lakeFolder,
        Optional<Job> job,
        Optional<Checkpoint> checkpoint,
        Optional<Ledger> ledger,
        Optional<Double> clicksPerSecond,
        long sent,
        Optional<Sessions> sessions,
        Lake.Size lake,
        List<String> notices) {
    public PlatformState {
        notices = List.copyOf(notices);
    }
}

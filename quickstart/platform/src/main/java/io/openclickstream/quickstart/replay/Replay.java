package io.openclickstream.quickstart.replay;

import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.platform.FlinkRest.StopMode;
import io.openclickstream.quickstart.platform.Lake;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import io.openclickstream.quickstart.platform.PlatformSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** Sends a file through a platform of its own and says what became of it. */
public final class Replay {
    private static final long SORT_MEMORY_BYTES = 128L << 20;
    private static final Duration NO_PROGRESS_BOUND = Duration.ofMinutes(2);
    private static final Duration DRAIN_BOUND = Duration.ofMinutes(10);
    private static final long PROGRESS_EVERY_NANOS = 2_000_000_000L;
    private static final String DRAINED = "drained";

    private final ReplaySettings settings;
    private final ClickFile file;
    private final Consumer<String> progress;
    private long progressNanos = System.nanoTime();

    /**
     * Looks at the file, before anything is started.
     *
     * @param progress takes a line now and then for a person who waits
     * @throws CannotStartException when it cannot be replayed
     */
    public Replay(ReplaySettings settings, Consumer<String> progress) throws IOException, CannotStartException {
        this.settings = settings;
        this.progress = progress;
        file = ClickFile.open(
                settings.file(), settings.format(), settings.chosenColumns(), new EventTimes(settings.zone()));
        progress.accept("%s: %s, %,d lines".formatted(settings.file(), file.format(), file.lines()));
    }

    /**
     * The platform that a replay needs. In event-time order nothing is late as long as no partition of the topic is
     * taken for idle while the others go on: its next click would then be behind. So none ever is; the drain ends
     * event time for all.
     */
    public PlatformSettings platform(PlatformSettings usual) {
        return settings.order() == ReplaySettings.Order.EVENT_TIME
                        && !usual.pipelineOptions().containsKey("watermark.idle-timeout")
                ? usual.withPipelineOption("watermark.idle-timeout", "366d")
                : usual;
    }

    /**
     * Sends the file, waits until all of it was received, closes all sessions and counts.
     *
     * @param platform started with {@link #platform}; its job is stopped afterwards
     */
    public ReplaySummary run(Platform platform) throws IOException, InterruptedException, CannotStartException {
        Path drained = platform.dataFolder().resolve(DRAINED);
        if (Files.exists(drained)) {
            progress.accept(
                    "an earlier replay closed all sessions in this data folder: clicks that lie behind it in event"
                            + " time will be late. To have the file judged by itself, use --fresh");
        }
        Lake lake = new Lake(platform.lakeFolder());
        Counts before = count(platform, lake);
        try (Unreadables unreadables = new Unreadables(platform.dataFolder().resolve("unreadable-lines.tsv"))) {
            long sent = send(platform, unreadables);
            awaitReceived(platform, before.ledger(), sent);
            progress.accept("closing all sessions");
            Files.writeString(drained, settings.file() + System.lineSeparator());
            platform.stopJob(StopMode.DRAIN, DRAIN_BOUND);
            Counts after = count(platform, lake);
            return new ReplaySummary(
                    sent,
                    after.ledger().since(before.ledger()),
                    after.sessions() - before.sessions(),
                    after.clicks() - before.clicks(),
                    after.rejected() - before.rejected(),
                    unreadables.count(),
                    unreadables.first(),
                    unreadables.file(),
                    platform.lakeFolder());
        }
    }

    private record Counts(Ledger ledger, long sessions, long clicks, long rejected) {}

    private static Counts count(Platform platform, Lake lake) throws IOException {
        return new Counts(
                platform.live().ledger().orElse(Ledger.NOTHING),
                lake.rows("sessions"),
                lake.rows("clicks"),
                lake.rows("rejected"));
    }

    private long send(Platform platform, Unreadables unreadables)
            throws IOException, CannotStartException, InterruptedException {
        try (ClickSender sender = new ClickSender(platform.addresses());
                EventTimeOrder sorted =
                        new EventTimeOrder(platform.dataFolder().resolve("sorting"), SORT_MEMORY_BYTES)) {
            Pace pace = new Pace(settings.speed());
            if (settings.order() == ReplaySettings.Order.FILE) {
                read(unreadables, click -> sendInTime(click, pace, sender));
            } else {
                read(unreadables, sorted::add);
                sorted.forEach(click -> sendInTime(click, pace, sender));
            }
            sender.flush();
            progress.accept("sent %,d clicks".formatted(sender.sent()));
            return sender.sent();
        }
    }

    private void read(Unreadables unreadables, EventTimeOrder.Receiver receiver)
            throws IOException, CannotStartException {
        file.forEach(new ClickFile.Records() {
            private long clicks;

            @Override
            public void click(FileClick click) throws IOException {
                receiver.click(click);
                clicks++;
                say("read %,d clicks", clicks);
            }

            @Override
            public void unreadable(long lineNumber, String reason, String text) throws IOException {
                unreadables.add(lineNumber, reason, text);
            }
        });
    }

    private void sendInTime(FileClick click, Pace pace, ClickSender sender) throws IOException {
        pace.awaitTurn(click.eventTimeMillis());
        sender.send(click);
        say("sent %,d clicks", sender.sent());
    }

    private void awaitReceived(Platform platform, Ledger before, long sent) throws IOException, InterruptedException {
        long received = -1;
        long deadline = 0;
        while (received < sent) {
            long now = platform.live().ledger().orElse(before).since(before).received();
            if (now != received) {
                received = now;
                deadline = System.nanoTime() + NO_PROGRESS_BOUND.toNanos();
            }
            if (platform.givenUp().isDone()) {
                throw new IOException(platform.givenUp().join());
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "the job received %,d of %,d clicks and then none for %d s; its log may say why: %s"
                                .formatted(received, sent, NO_PROGRESS_BOUND.toSeconds(), platform.logs()));
            }
            say("received %,d clicks of " + "%,d".formatted(sent), received);
            Thread.sleep(200);
        }
    }

    private void say(String format, long number) {
        long now = System.nanoTime();
        if (now - progressNanos > PROGRESS_EVERY_NANOS) {
            progressNanos = now;
            progress.accept(format.formatted(number));
        }
    }
}

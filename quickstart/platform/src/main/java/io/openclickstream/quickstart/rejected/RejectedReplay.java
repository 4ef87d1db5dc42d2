package io.openclickstream.quickstart.rejected;

import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.rejected.RejectedRows.Selection;
import io.openclickstream.quickstart.rejected.ReplayJournal.Begun;
import io.openclickstream.quickstart.rejected.ReplayPolicy.Verdict;
import io.openclickstream.schemas.click.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sends refused records of a lake to the job's topic again, each once, however often it is asked to and wherever it was
 * interrupted. What the job makes of them is the job's decision: they are clicks like any other, at a new position.
 */
public final class RejectedReplay {
    private final Settings settings;

    /**
     * What is replayed, and where to.
     *
     * @param lake the lake's folder
     * @param brokers {@code HOST:PORT,...} of its Kafka
     * @param topic the job's
     * @param from first time at which a record was received; null for no bound
     * @param to first such time that is left out; null for no bound
     * @param isAgain whether to send those as well that were sent before and refused again
     * @param isDryRun only to count
     */
    public record Settings(
            Path lake,
            String brokers,
            String topic,
            Set<Reason> reasons,
            @Nullable Instant from,
            @Nullable Instant to,
            boolean isAgain,
            boolean isDryRun) {}

    /**
     * What was done.
     *
     * @param sent records sent now
     * @param sentBefore records that an earlier replay has sent
     * @param refusedAgain records that an earlier replay has sent, and the job refused once more; left alone
     * @param ofOtherTopics records that came from other topics; left alone
     * @param notKept records of which the lake does not hold the bytes, since pseudonyms were on; left alone
     */
    public record Summary(
            long sent, long sentBefore, long refusedAgain, long ofOtherTopics, long notKept, boolean isDryRun) {
        /** For a person. */
        public List<String> lines() {
            return List.of(
                    "%s %,d records".formatted(isDryRun ? "would send" : "sent", sent),
                    "left alone: %,d sent by an earlier replay, %,d sent earlier and refused again%s, %,d of other topics, %,d whose bytes were not kept"
                            .formatted(
                                    sentBefore,
                                    refusedAgain,
                                    refusedAgain > 0 ? " (--again sends them)" : "",
                                    ofOtherTopics,
                                    notKept));
        }
    }

    public RejectedReplay(Settings settings) {
        this.settings = settings;
    }

    /**
     * Sends what is due.
     *
     * @throws CannotStartException when it cannot be known what was sent before, or another replay is running
     */
    public Summary run() throws IOException, InterruptedException, CannotStartException {
        try (ReplayJournal journal = ReplayJournal.open(settings.lake());
                ReplayTopic topic = new ReplayTopic(settings.brokers(), settings.topic())) {
            Map<Position, Position> replayed = journal.replayed();
            Map<Position, Position> sentByThis = new HashMap<>();
            Optional<Begun> interrupted = journal.begun();
            if (interrupted.isPresent()) {
                requireTopic(interrupted.get());
                sentByThis.putAll(topic.sentSince(interrupted.get().begins()));
                replayed.putAll(sentByThis);
            }
            ReplayPolicy policy = ReplayPolicy.of(settings.topic(), settings.isAgain(), replayed);
            if (settings.isDryRun()) {
                return forEach(policy, (position, key, value) -> {});
            }
            Begun replay = interrupted.isPresent()
                    ? interrupted.get()
                    : new Begun(UUID.randomUUID().toString(), settings.topic(), topic.ends());
            journal.begin(replay);
            Summary summary = forEach(policy, topic::send);
            sentByThis.putAll(topic.flush());
            journal.end(replay, sentByThis);
            return summary;
        }
    }

    private Summary forEach(ReplayPolicy policy, RejectedRows.Receiver sender)
            throws IOException, InterruptedException {
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        long notKept = new RejectedRows(settings.lake())
                .forEach(new Selection(settings.reasons(), settings.from(), settings.to()), (position, key, value) -> {
                    Verdict verdict = policy.decide(position);
                    counts.merge(verdict, 1L, Long::sum);
                    if (verdict == Verdict.SEND) {
                        sender.row(position, key, value);
                    }
                });
        return new Summary(
                counts.getOrDefault(Verdict.SEND, 0L),
                counts.getOrDefault(Verdict.SENT_BEFORE, 0L),
                counts.getOrDefault(Verdict.REFUSED_AGAIN, 0L),
                counts.getOrDefault(Verdict.OTHER_TOPIC, 0L),
                notKept,
                settings.isDryRun());
    }

    private void requireTopic(Begun interrupted) throws CannotStartException {
        if (!interrupted.topic().equals(settings.topic())) {
            throw new CannotStartException(
                    "Cannot replay: an earlier replay to topic %s was interrupted. Start it again with --kafka.topic %s first."
                            .formatted(interrupted.topic(), interrupted.topic()));
        }
    }
}

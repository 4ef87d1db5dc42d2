package io.openclickstream.pipeline.sink.live;

import io.openclickstream.schemas.live.EpochCommit;
import io.openclickstream.schemas.live.LivePrepared;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Puts together what all writers have prepared for an epoch, and decides when it may be committed: once its checkpoint is
 * complete and every subtask of every writer has told what it put. Later epochs include earlier ones, so only the
 * latest is committed.
 */
final class PreparedEpochs {
    private final Set<String> writers;
    private final NavigableMap<Long, List<LivePrepared>> epochs = new TreeMap<>();
    /** Subtasks whose input has ended, which tell nothing any more; what they put last is part of every later epoch. */
    private final Map<Subtask, Map<String, LivePrepared>> ended = new HashMap<>();

    private long completeEpoch;
    private long committedEpoch;

    private record Subtask(String writer, int index) {
        static Subtask of(LivePrepared prepared) {
            return new Subtask(prepared.writer(), prepared.subtask());
        }
    }

    /** @param writers names of all writers; an epoch needs every one */
    PreparedEpochs(Set<String> writers) {
        this.writers = writers;
    }

    void add(LivePrepared prepared) {
        ended.entrySet()
                .removeIf(entry -> entry.getKey().writer().equals(prepared.writer())
                        && entry.getValue().values().stream().anyMatch(earlier -> isReplaced(earlier, prepared)));
        if (prepared.isEnded()) {
            ended.computeIfAbsent(Subtask.of(prepared), s -> new TreeMap<>()).put(prepared.table(), prepared);
        } else {
            epochs.computeIfAbsent(prepared.epoch(), epoch -> new ArrayList<>()).add(prepared);
        }
    }

    /** The checkpoint is complete: its epoch may be committed. */
    void complete(long epoch) {
        completeEpoch = Math.max(completeEpoch, epoch);
    }

    /** The checkpoint will never be complete. */
    void aborted(long epoch) {
        epochs.remove(epoch);
    }

    /** What has to be committed now; empty when nothing has, or not all of it is here. */
    Optional<EpochCommit> due() {
        NavigableSet<Long> candidates =
                new TreeSet<>(epochs.headMap(completeEpoch, true).keySet());
        candidates.add(completeEpoch); // of which nobody has told anything when all inputs have ended before
        for (long epoch : candidates.tailSet(committedEpoch, false).descendingSet()) {
            List<LivePrepared> lanes = lanes(epoch);
            if (isWhole(lanes)) {
                return Optional.of(new EpochCommit(
                        EpochCommit.VERSION,
                        lanes.get(0).lineage(),
                        epoch,
                        lanes.stream().map(LivePrepared::lane).toList()));
            }
        }
        return Optional.empty();
    }

    /** The epoch is committed, and with it all before. */
    void committed(long epoch) {
        committedEpoch = epoch;
        epochs.headMap(epoch, true).clear();
    }

    /** All that has to be known after a restore. */
    List<LivePrepared> state() {
        Set<LivePrepared> all = new HashSet<>();
        epochs.values().forEach(all::addAll);
        ended.values().forEach(last -> all.addAll(last.values()));
        return List.copyOf(all);
    }

    private List<LivePrepared> lanes(long epoch) {
        List<LivePrepared> lanes = new ArrayList<>(epochs.getOrDefault(epoch, List.of()));
        Set<Subtask> told = new HashSet<>();
        lanes.forEach(lane -> told.add(Subtask.of(lane)));
        ended.forEach((subtask, last) -> {
            if (!told.contains(subtask)) {
                last.values().stream().filter(lane -> lane.epoch() <= epoch).forEach(lanes::add);
            }
        });
        return lanes;
    }

    private boolean isWhole(List<LivePrepared> lanes) {
        Map<String, Integer> missing = new HashMap<>();
        for (LivePrepared lane : lanes) {
            missing.merge(lane.writer(), -1, Integer::sum);
        }
        for (LivePrepared lane : lanes) {
            if (-missing.getOrDefault(lane.writer(), 0) != lane.lanes() * lane.parallelism()) {
                return false;
            }
        }
        return missing.keySet().containsAll(writers);
    }

    /** Whether an ended subtask has begun anew, or the writer has another parallelism now. */
    private static boolean isReplaced(LivePrepared earlier, LivePrepared now) {
        return earlier.parallelism() != now.parallelism()
                || (earlier.subtask() == now.subtask() && earlier.token() != now.token());
    }
}

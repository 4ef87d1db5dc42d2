package io.openclickstream.pipeline.sink.lake;

import io.openclickstream.lake.LakeEpoch;
import io.openclickstream.schemas.lake.LakeContent;
import io.openclickstream.schemas.lake.LakeFile;
import io.openclickstream.schemas.lake.LakePrepared;
import io.openclickstream.schemas.lake.LakeProgress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts together what all writers have written for an epoch, and decides when it may be committed: once its checkpoint is
 * complete and every subtask of every writer has told. An epoch has what was written since the one committed before it,
 * so what belongs to a checkpoint that was never complete comes with the next one.
 */
final class WrittenEpochs {
    private final Set<String> writers;
    private final NavigableMap<Long, List<LakePrepared>> epochs = new TreeMap<>();
    /** Subtasks that tell nothing any more, with what they told last. */
    private final Map<Subtask, LakePrepared> ended = new HashMap<>();
    /** Writers all of whose subtasks had ended, or were to begin anew, when the job was restored. */
    private final Set<String> endedBefore = new HashSet<>();

    private long completeEpoch;
    private long committedEpoch;

    private record Subtask(String writer, int index) {
        static Subtask of(LakePrepared prepared) {
            return new Subtask(prepared.writer(), prepared.subtask());
        }
    }

    /**
     * @param writers names of all writers; an epoch needs every one
     * @param restored what {@link #state} said
     */
    WrittenEpochs(Set<String> writers, Iterable<LakePrepared> restored) {
        this.writers = writers;
        for (LakePrepared prepared : restored) {
            put(prepared);
        }
        ended.keySet().forEach(subtask -> endedBefore.add(subtask.writer()));
    }

    /** A subtask has told. */
    void add(LakePrepared prepared) {
        if (endedBefore.remove(prepared.writer())) { // Flink begins all subtasks anew, or none
            ended.keySet().removeIf(subtask -> subtask.writer().equals(prepared.writer()));
        }
        put(prepared);
    }

    private void put(LakePrepared prepared) {
        if (prepared.isEnded()) {
            ended.put(Subtask.of(prepared), prepared);
        }
        epochs.computeIfAbsent(prepared.epoch(), epoch -> new ArrayList<>()).add(prepared);
    }

    /** The checkpoint is complete: its epoch may be committed. */
    void complete(long epoch) {
        completeEpoch = Math.max(completeEpoch, epoch);
    }

    /** What has to be committed now; empty when nothing has, or not all of it is here. */
    Optional<LakeEpoch> due() {
        if (completeEpoch <= committedEpoch || !isWhole(completeEpoch)) {
            return Optional.empty();
        }
        Map<String, List<LakeFile>> files = new HashMap<>();
        List<LakeProgress> progress = new ArrayList<>();
        String lineage = "";
        for (LakePrepared prepared : upTo(completeEpoch)) {
            lineage = prepared.lineage().equals(LakePrepared.NO_LINEAGE) ? lineage : prepared.lineage();
            LakeContent content = LakeContent.of(prepared.content());
            content.files().forEach(file -> files.computeIfAbsent(file.table(), table -> new ArrayList<>())
                    .add(file));
            progress.addAll(content.progress());
        }
        return Optional.of(new LakeEpoch(lineage, completeEpoch, files, progress, erasuresApplied(completeEpoch)));
    }

    /** The smallest that a subtask told; whoever tells at all is among the writers, so that all have told. */
    private OptionalLong erasuresApplied(long epoch) {
        return asOf(epoch).stream()
                .mapToLong(prepared -> LakeContent.of(prepared.content()).erasuresApplied())
                .filter(number -> number != LakeContent.NOT_TOLD)
                .min();
    }

    /** The epoch is committed, and with it all before. */
    void committed(long epoch) {
        committedEpoch = epoch;
        epochs.headMap(epoch, true).clear();
    }

    /** All that has to be known after a restore. */
    List<LakePrepared> state() {
        Set<LakePrepared> all = new LinkedHashSet<>();
        epochs.values().forEach(all::addAll);
        for (LakePrepared last : ended.values()) {
            all.add(last.epoch() <= committedEpoch ? last.withoutContent() : last);
        }
        return List.copyOf(all);
    }

    private List<LakePrepared> upTo(long epoch) {
        return epochs.headMap(epoch, true).values().stream()
                .flatMap(List::stream)
                .toList();
    }

    /** What was told for an epoch, and last by those who tell nothing any more. */
    private List<LakePrepared> asOf(long epoch) {
        List<LakePrepared> all = new ArrayList<>(epochs.getOrDefault(epoch, List.of()));
        ended.values().stream().filter(last -> last.epoch() <= epoch).forEach(all::add);
        return all;
    }

    private boolean isWhole(long epoch) {
        Map<String, Set<Integer>> told = new HashMap<>();
        Map<String, Integer> parallelism = new HashMap<>();
        for (LakePrepared prepared : asOf(epoch)) {
            told.computeIfAbsent(prepared.writer(), writer -> new HashSet<>()).add(prepared.subtask());
            parallelism.put(prepared.writer(), prepared.parallelism());
        }
        return writers.stream()
                .allMatch(writer -> told.getOrDefault(writer, Set.of()).size() == parallelism.getOrDefault(writer, -1));
    }
}

package io.openclickstream.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.lake.EpochMark;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JobObedienceTest {
    private static EpochMark mark(String lineage, long epoch, OptionalLong applied, String... submissions) {
        return new EpochMark(lineage, Map.of(lineage, epoch), List.of(submissions), Map.of(), 0, applied);
    }

    private static EpochMark mark(long epoch, long applied) {
        return mark("one", epoch, OptionalLong.of(applied), "a");
    }

    @Test
    void theTableThatIsBehindDecides() {
        var marks = List.of(mark(8, 3), mark(7, 2));
        assertThat(JobObedience.of(marks, 2))
                .isEqualTo(new JobObedience("one", 7, true, "epoch 7 of lineage one obeys entry 2"));
        assertThat(JobObedience.of(marks, 3).isObeyed()).isFalse();
        assertThat(JobObedience.of(List.of(mark(7, 2), mark(8, 3)), 3).isObeyed())
                .isFalse();
    }

    @Test
    void aTableThatSaysNothingIsNotBelieved() {
        var job = JobObedience.of(List.of(mark(7, 2), mark("one", 7, OptionalLong.empty(), "a")), 1);
        assertThat(job.isObeyed()).isFalse();
        assertThat(job.why()).contains("does not say");
    }

    @Test
    void aTableThatTheJobWritesNoMoreIsLeftOut() {
        EpochMark old = mark("one", 3, OptionalLong.empty(), "a");
        EpochMark now = mark("one", 9, OptionalLong.of(2), "a", "b");
        assertThat(JobObedience.of(List.of(old, now), 2)).matches(job -> job.isObeyed() && job.epoch() == 9);
        assertThat(JobObedience.of(List.of(now, old), 2).isObeyed()).isTrue();
    }

    @Test
    void aJobThatBeginsANewLineageHasToComeFurther() {
        EpochMark other = mark("two", 9, OptionalLong.of(2), "a", "b");
        EpochMark before = mark("one", 9, OptionalLong.of(2), "b");
        assertThat(JobObedience.of(List.of(before, other), 2).isObeyed()).isFalse();
    }

    @Test
    void aLakeWithoutAJobIsNotBelieved() {
        assertThat(JobObedience.of(List.of(), 1).isObeyed()).isFalse();
        EpochMark never = new EpochMark("", Map.of(), List.of(), Map.of(), 0, OptionalLong.empty());
        assertThat(JobObedience.of(List.of(never), 0))
                .isEqualTo(new JobObedience("", 0, false, "no job has written to the lake yet"));
    }
}

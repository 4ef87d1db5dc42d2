package io.openclickstream.load.wholejob;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.load.sidebyside.ClickstreamWork;
import io.openclickstream.load.sidebyside.Digest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PassageTest {
    @BeforeEach
    void forget() {
        Digest.reset();
        Passage.reset(100, 250);
    }

    @Test
    void eachMomentIsWhenThatManyClicksAreAccepted() {
        Passage.accepted(99);
        assertThat(Passage.begun()).isNotDone();
        Passage.barrier();
        Digest.of(ClickstreamWork.SESSIONS).add("a session");
        Passage.accepted(2);
        assertThat(Passage.begun()).isCompletedWithValueMatching(begin -> begin.accepted() == 101);
        assertThat(Passage.ended()).isNotDone();

        Passage.barrier();
        Passage.barrier();
        Passage.accepted(149);
        assertThat(Passage.ended())
                .isCompletedWithValueMatching(
                        end -> end.accepted() == 250 && end.barriers() == 3 && end.finalSessions() == 1);
        assertThat(Passage.begun())
                .isCompletedWithValueMatching(begin -> begin.barriers() == 1 && begin.finalSessions() == 1);
    }

    @Test
    void aSubtaskTellsOfClicksAFewAtATimeAndOfTheRestAtBarriersAndAtTheEnd() throws Exception {
        var writer = new AcceptedProbe.Counting();
        for (int i = 0; i < 63; i++) {
            writer.write(null, null);
        }
        assertThat(Passage.accepted()).isZero();
        writer.write(null, null);
        assertThat(Passage.accepted()).isEqualTo(64);
        writer.write(null, null);
        writer.flush(false);
        assertThat(Passage.accepted()).isEqualTo(65);
        writer.write(null, null);
        writer.flush(true);
        assertThat(Passage.accepted()).isEqualTo(66);
        Passage.accepted(34);
        assertThat(Passage.begun()).isCompletedWithValueMatching(begin -> begin.barriers() == 1);
    }
}

package io.openclickstream.flight.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TermsTest {
    private final Terms terms =
            Terms.NONE.then("a", 1, false).then("b", 11, true).then("c", 21, true);

    @Test
    void aPositionIsOfTheTermItsRecordWasWrittenIn() {
        assertThat(terms.at(0)).isEqualTo(LogPosition.NOTHING);
        assertThat(terms.at(1)).isEqualTo(new LogPosition("a", 1));
        assertThat(terms.at(10)).isEqualTo(new LogPosition("a", 10));
        assertThat(terms.at(11)).isEqualTo(new LogPosition("b", 11));
        assertThat(terms.at(99)).isEqualTo(new LogPosition("c", 99));
    }

    @Test
    void whoHasMoreOfATermThanThereIsHasSomethingElse() {
        assertThat(terms.have(new LogPosition("a", 10), 30)).isTrue();
        assertThat(terms.have(new LogPosition("a", 11), 30)).isFalse(); // a copy was put back that ended with 10
        assertThat(terms.have(new LogPosition("b", 10), 30)).isFalse();
        assertThat(terms.have(new LogPosition("c", 30), 30)).isTrue();
        assertThat(terms.have(new LogPosition("c", 31), 30)).isFalse();
        assertThat(terms.have(new LogPosition("d", 25), 30)).isFalse();
        assertThat(terms.have(LogPosition.NOTHING, 30)).isFalse();
    }

    @Test
    void nobodyGoesOnBeyondATermThatBeganAnew() {
        Terms anew = terms.then("d", 31, false);
        assertThat(anew.have(new LogPosition("c", 30), 40)).isFalse();
        assertThat(anew.have(new LogPosition("d", 31), 40)).isTrue();
    }

    @Test
    void theOldestAreForgotten() {
        Terms many = Terms.NONE;
        for (int i = 0; i < 100; i++) {
            many = many.then("t" + i, i + 1, true);
        }
        assertThat(many.terms()).hasSizeLessThan(70);
        assertThat(many.have(new LogPosition("t99", 100), 100)).isTrue();
        assertThat(many.have(new LogPosition("t1", 2), 100)).isFalse();
    }
}

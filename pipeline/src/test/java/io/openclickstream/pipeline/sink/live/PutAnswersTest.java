package io.openclickstream.pipeline.sink.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class PutAnswersTest {
    @Test
    void answerIsKeptUntilSomebodyTakesItAndNoneThatComesTooLate() throws Exception {
        try (BufferAllocator allocator = new RootAllocator()) {
            PutAnswers answers = new PutAnswers();
            answer(answers, allocator);
            answer(answers, allocator);
            try (PutResult first = answers.poll(1, TimeUnit.SECONDS)) {
                assertThat(first.getApplicationMetadata().readableBytes()).isEqualTo(3);
            }
            assertThat(allocator.getAllocatedMemory()).isPositive();
            answers.close();
            answers.close();
            assertThat(allocator.getAllocatedMemory()).isZero();
            answer(answers, allocator);
            assertThat(allocator.getAllocatedMemory())
                    .as("memory of a late answer")
                    .isZero();
        }
    }

    /** As Flight's client does it, which frees what the listener does not keep. */
    private static void answer(PutAnswers answers, BufferAllocator allocator) {
        var metadata = allocator.buffer(3);
        metadata.writeBytes(new byte[3]);
        try (PutResult answer = PutResult.metadata(metadata)) {
            answers.onNext(answer);
        }
    }
}

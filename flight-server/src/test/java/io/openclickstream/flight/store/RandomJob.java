package io.openclickstream.flight.store;

import io.openclickstream.flight.table.Refused;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/** An {@link EpochJob} to which something happens at every step, and whose event time goes on. */
public final class RandomJob {
    private static final int PUTS_PER_HOUR = 10;

    private final Random random;
    private final EpochJob job;

    public RandomJob(Random random, int epochsKept, Supplier<LiveStore> store, BufferAllocator allocator)
            throws Refused {
        this.random = random;
        this.job = new EpochJob(
                        random, () -> EpochTarget.of(store.get()), new EpochModel(epochsKept), allocator, PUTS_PER_HOUR)
                .withPersons();
        job.start();
    }

    /** Does something and says what. */
    public String step() throws Refused {
        int chance = random.nextInt(100);
        if (chance < 40) {
            job.put();
            return "put";
        } else if (chance < 75) {
            job.barrier();
            return "barrier";
        } else if (chance < 88) {
            job.commit();
            return "commit";
        } else if (chance < 92) {
            job.fail();
            return "fail";
        } else if (chance < 96) {
            job.rescale();
            return "rescale";
        }
        job.rewind();
        return "rewind";
    }
}

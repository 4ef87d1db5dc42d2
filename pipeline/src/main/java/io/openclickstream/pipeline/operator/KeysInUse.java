package io.openclickstream.pipeline.operator;

import io.openclickstream.schemas.pseudonym.PseudonymKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/** Looks at the file of keys now and then, on the task's own thread, and tells its operator what to use. */
final class KeysInUse {
    private final PseudonymKeyFile file;
    private final long intervalMillis;
    private final ProcessingTimeService time;
    private final Consumer<PseudonymKeys> user;

    /**
     * Reads the file.
     *
     * @param user is given the keys at once, and again when others are in use
     * @throws IOException when the file cannot be read or used; the message names every mistake
     */
    KeysInUse(PseudonymSettings settings, ProcessingTimeService time, Consumer<PseudonymKeys> user) throws IOException {
        this.file = new PseudonymKeyFile(Path.of(settings.keysFile()));
        this.intervalMillis = settings.lookInterval().toMillis();
        this.time = time;
        this.user = user;
        user.accept(file.current());
        lookLater();
    }

    PseudonymKeys current() {
        return file.current();
    }

    private void lookLater() {
        var unused = time.registerTimer(time.getCurrentProcessingTime() + intervalMillis, now -> {
            if (file.look(now)) {
                user.accept(file.current());
            }
            lookLater();
        });
    }
}

package io.openclickstream.pipeline.erasure;

import io.openclickstream.lake.ErasedPersons;
import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.RecordedErasure;
import io.openclickstream.lake.Retry;
import io.openclickstream.lake.storage.LakeStorage;
import io.openclickstream.lake.storage.S3Access;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the list of erased persons: whole when it is opened, then a look at the store every now and then by a thread of
 * its own, for the next entry only. All subtasks of a process that follow the same list share one, with one thread and
 * one set of persons. Where the store cannot be reached, what is known stays known, and the next look tries again.
 */
public final class ErasureFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ErasureFeed.class);
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<ErasureList, Shared> OPEN = new HashMap<>();

    private final ErasureList list;
    private final @Nullable Shared shared;
    private boolean isClosed;

    private ErasureFeed(ErasureList list, @Nullable Shared shared) {
        this.list = list;
        this.shared = shared;
    }

    /**
     * Returns when the list has been read once.
     *
     * @param flink Flink's configuration, which says how the lake is reached
     * @throws IOException when it cannot be read for as long as an outage may last; a job that went on would take clicks
     *     of erased persons
     * @throws IllegalArgumentException when it has too many persons
     */
    public static ErasureFeed open(ErasureList list, Map<String, String> flink)
            throws IOException, InterruptedException {
        if (list.isNone()) {
            return new ErasureFeed(list, null);
        }
        LOCK.lockInterruptibly();
        try {
            Shared shared = OPEN.get(list);
            if (shared == null) {
                shared = new Shared(list, S3Access.of(flink));
                shared.start();
                OPEN.put(list, shared);
            }
            shared.followers++;
            return new ErasureFeed(list, shared);
        } finally {
            LOCK.unlock();
        }
    }

    /** All that is known by now. */
    public KnownPersons known() {
        return shared == null ? KnownPersons.NONE : shared.known;
    }

    /** The last one to close it ends the thread. */
    @Override
    public void close() {
        LOCK.lock();
        try {
            if (shared != null && !isClosed) {
                isClosed = true;
                shared.followers--;
                if (shared.followers == 0) {
                    OPEN.remove(list);
                    shared.stop();
                }
            }
        } finally {
            LOCK.unlock();
        }
    }

    private static final class Shared {
        private final ErasureList list;
        private final LakeStorage storage;
        private final ErasedPersons entries;
        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "erased-persons");
            made.setDaemon(true);
            return made;
        });

        private volatile KnownPersons known = KnownPersons.NONE;
        private int followers;

        Shared(ErasureList list, S3Access access) {
            this.list = list;
            LakeSettings lake = LakeSettings.embedded(list.root(), access);
            storage = LakeStorage.of(lake.rootUri(), access);
            entries = new ErasedPersons(lake, storage);
        }

        void start() throws IOException, InterruptedException {
            try {
                new Retry(
                                "reading the erased persons of the lake at " + list.root(),
                                list.maxOutage(),
                                Set.of(IllegalArgumentException.class))
                        .untilDone(() -> take(entries.after(0)));
            } catch (IOException | InterruptedException | RuntimeException e) {
                stop();
                throw e;
            }
            long millis = list.poll().toMillis();
            var unused = thread.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
        }

        private void look() {
            try {
                List<RecordedErasure> news = new ArrayList<>();
                Optional<RecordedErasure> next = entries.next(known.number());
                while (next.isPresent()) {
                    news.add(next.get());
                    next = entries.next(next.get().number());
                }
                take(news);
            } catch (IOException | RuntimeException e) {
                LOG.warn("Cannot look for erased persons after entry {}: {}", known.number(), e.getMessage());
            }
        }

        private void take(List<RecordedErasure> news) {
            if (!news.isEmpty()) {
                known = known.with(news);
                LOG.info(
                        "Erased persons: entry={} persons={}",
                        known.number(),
                        known.persons().size());
            }
        }

        void stop() {
            thread.shutdownNow();
            storage.close();
        }
    }
}

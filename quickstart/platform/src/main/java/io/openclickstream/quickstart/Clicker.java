package io.openclickstream.quickstart;

import io.openclickstream.load.ClickSender;
import io.openclickstream.load.generator.ClickGenerator;
import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.load.generator.GeneratorSettings;
import io.openclickstream.quickstart.platform.CannotStartException;
import io.openclickstream.quickstart.platform.Platform;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends the demo's made-up clicks when they are due. Which click is due at a time depends on the seed, the rate and when
 * the demo was first started; these are kept in the data folder, so a later run goes on in the same sequence, at the
 * click that is due then, and never sends one twice.
 */
final class Clicker implements AutoCloseable {
    private static final String FILE = "demo.properties";
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(35);

    private final ClickGenerator generator;
    private final Platform platform;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final Thread thread;

    private Clicker(ClickGenerator generator, Platform platform) {
        this.generator = generator;
        this.platform = platform;
        thread = new Thread(this::run, "clicker");
        thread.setDaemon(true);
    }

    /**
     * Starts to send.
     *
     * @throws CannotStartException when the folder's sequence has another seed or rate
     */
    static Clicker start(DemoOptions options, Platform platform) throws IOException, CannotStartException {
        Clicker clicker = new Clicker(new ClickGenerator(settings(options, platform.dataFolder())), platform);
        clicker.thread.start();
        return clicker;
    }

    /** How many were sent in this run. */
    long sent() {
        return sent.get();
    }

    /** Why no more are sent; null while they are. */
    @Nullable
    String failure() {
        return failure.get();
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(CLOSE_BOUND.toMillis());
    }

    private static GeneratorSettings settings(DemoOptions options, Path folder)
            throws IOException, CannotStartException {
        Path file = folder.resolve(FILE);
        Properties kept = new Properties();
        if (!Files.exists(file)) {
            kept.setProperty("seed", String.valueOf(options.seed));
            kept.setProperty("rate", String.valueOf(options.rate));
            kept.setProperty(
                    "start", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            try (Writer writer = Files.newBufferedWriter(file)) {
                kept.store(writer, "The demo's sequence of clicks");
            }
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            kept.load(reader);
        }
        if (!String.valueOf(options.seed).equals(kept.getProperty("seed"))
                || !String.valueOf(options.rate).equals(kept.getProperty("rate"))) {
            throw new CannotStartException(
                    "Cannot go on with other clicks: %s was begun with --seed=%s --rate=%s. Give the same, or --fresh to start anew."
                            .formatted(folder, kept.getProperty("seed"), kept.getProperty("rate")));
        }
        return GeneratorSettings.of(options.seed, Instant.parse(kept.getProperty("start", "")), options.rate);
    }

    private void run() {
        try (ClickSender sender = new ClickSender(
                platform.addresses().kafka(), platform.addresses().topic())) {
            long position = generator.positionAt(Instant.now());
            while (!Thread.currentThread().isInterrupted()) {
                GeneratedClick click = generator.click(position);
                long early = click.sendTimeMillis() - System.currentTimeMillis();
                if (early > 0) {
                    Thread.sleep(early);
                }
                sender.send(click);
                sent.incrementAndGet();
                position++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // asked to stop
        } catch (IOException | RuntimeException e) {
            if (!(e instanceof org.apache.kafka.common.errors.InterruptException)) {
                failure.set("no more clicks are sent: " + e.getMessage());
            }
        }
    }
}

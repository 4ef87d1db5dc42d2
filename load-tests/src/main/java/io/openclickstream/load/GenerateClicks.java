package io.openclickstream.load;

import io.openclickstream.load.GenerateOptions.Curve;
import io.openclickstream.load.GenerateOptions.Pace;
import io.openclickstream.load.generator.ClickGenerator;
import io.openclickstream.load.generator.DayCurve;
import io.openclickstream.load.generator.GeneratedClick;
import io.openclickstream.load.generator.GeneratorSettings;
import io.openclickstream.load.generator.GeneratorSettings.Population;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends generated clicks to Kafka until it has sent enough or is told to stop (SIGTERM, Ctrl-C); what it has taken up
 * by then is delivered before it ends.
 */
public final class GenerateClicks {
    private static final Logger LOG = LoggerFactory.getLogger(GenerateClicks.class);
    private static final long STOP_SECONDS = 40;

    private final CountDownLatch stopAsked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private GenerateClicks() {}

    public static void main(String[] args) throws Exception {
        System.exit(GenerateOptions.PROGRAM.run(args, System.getenv(), new GenerateClicks()::run));
    }

    private int run(GenerateOptions options) throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        try {
            Instant now = Instant.now();
            ClickGenerator generator = new ClickGenerator(settings(options, now));
            long first = options.resume() ? generator.positionAt(now) : options.position();
            LOG.atInfo()
                    .addKeyValue("seed", options.seed())
                    .addKeyValue("start", generator.settings().start())
                    .addKeyValue("position", first)
                    .addKeyValue("topic", options.print() ? "(printed)" : options.kafkaTopic())
                    .log("generating clicks");
            long sent = options.print() ? print(options, generator, first) : send(options, generator, first);
            LOG.atInfo()
                    .addKeyValue("sent", sent)
                    .addKeyValue("nextPosition", first + sent)
                    .log("stopped generating clicks");
            return 0;
        } finally {
            stopped.countDown();
        }
    }

    /** What the options ask of the generator, at a time. */
    static GeneratorSettings settings(GenerateOptions options, Instant now) {
        Population usual = Population.USUAL;
        return GeneratorSettings.of(options.seed(), start(options, now), options.rate())
                .with(options.dayCurve() == Curve.DAILY ? DayCurve.DAILY : DayCurve.FLAT)
                .with(new Population(
                        options.users(), usual.bots(), usual.pages(), usual.sites(), usual.zipfExponent()));
    }

    private static Instant start(GenerateOptions options, Instant now) {
        if (!options.start().equals("now")) {
            return Instant.parse(options.start());
        }
        long before = options.pace() == Pace.MAX ? options.position() + options.count() : options.position();
        return now.minus(Duration.ofSeconds(before / options.rate()));
    }

    private long send(GenerateOptions options, ClickGenerator generator, long first)
            throws IOException, InterruptedException {
        try (ClickSender sender = new ClickSender(options.kafkaBootstrapServers(), options.kafkaTopic())) {
            long sent = each(options, generator, first, sender::send);
            sender.flush();
            return sent;
        }
    }

    private long print(GenerateOptions options, ClickGenerator generator, long first)
            throws IOException, InterruptedException {
        OutputStream out = new BufferedOutputStream(System.out);
        long printed = each(options, generator, first, click -> {
            out.write(click.value());
            out.write('\n');
            if (options.pace() == Pace.REAL_TIME) {
                out.flush();
            }
        });
        out.flush();
        return printed;
    }

    private interface Target {
        void accept(GeneratedClick click) throws IOException;
    }

    private long each(GenerateOptions options, ClickGenerator generator, long first, Target target)
            throws IOException, InterruptedException {
        long count = options.count() == 0 ? Long.MAX_VALUE : options.count();
        for (long sent = 0; sent < count; sent++) {
            GeneratedClick click = generator.click(first + sent);
            if (stopAskedBefore(click, options.pace())) {
                return sent;
            }
            target.accept(click);
        }
        return count;
    }

    /** Waits until the click is due, and says whether a stop was asked for before that. */
    private boolean stopAskedBefore(GeneratedClick click, Pace pace) throws InterruptedException {
        long wait = pace == Pace.MAX ? 0 : click.sendTimeMillis() - System.currentTimeMillis();
        return wait > 0 ? stopAsked.await(wait, TimeUnit.MILLISECONDS) : stopAsked.getCount() == 0;
    }

    private void stop() {
        stopAsked.countDown();
        try {
            if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.atWarn().addKeyValue("seconds", STOP_SECONDS).log("gave up waiting for the last clicks");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

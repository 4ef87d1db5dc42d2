package io.openclickstream.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.load.generator.ClickGenerator;
import io.openclickstream.load.generator.DayCurve;
import io.openclickstream.load.generator.GeneratorSettings;
import io.openclickstream.options.OptionsException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GenerateClicksTest {
    private static final Instant NOW = Instant.parse("2026-03-04T10:00:00Z");

    @Test
    void inRealTimeTheFirstClickIsDueNow() throws Exception {
        GeneratorSettings settings = settings("--seed=5", "--rate=100", "--day-curve=DAILY", "--users=77");
        assertThat(settings)
                .isEqualTo(GeneratorSettings.of(5, NOW, 100)
                        .with(DayCurve.DAILY)
                        .with(new GeneratorSettings.Population(77, 5, 2_000, 3, 1.05)));
        assertThat(settings("--rate=100", "--position=500").start()).isEqualTo(NOW.minusSeconds(5));
    }

    @Test
    void atFullSpeedTheLastClickIsDueNowSoThatNoneIsFromTheFuture() throws Exception {
        GeneratorSettings settings = settings("--pace=MAX", "--count=1000", "--rate=100");
        Instant last =
                Instant.ofEpochMilli(new ClickGenerator(settings).click(999).sendTimeMillis());
        assertThat(last).isBetween(NOW.minus(Duration.ofSeconds(1)), NOW);
    }

    @Test
    void everyMistakeIsNamed() {
        assertThatThrownBy(() ->
                        settings("--rate=0", "--users=1", "--count=-1", "--start=soon", "--resume", "--position=3"))
                .isInstanceOfSatisfying(OptionsException.class, e -> assertThat(e.mistakes())
                        .hasSize(5)
                        .anySatisfy(line -> assertThat(line).contains("start=soon", "2026-03-04T10:00:00Z")));
        assertThatThrownBy(() -> settings("--resume")).hasMessageContaining("needs --start");
    }

    private static GeneratorSettings settings(String... args) throws OptionsException {
        return GenerateClicks.settings(GenerateOptions.PROGRAM.read(List.of(args), Map.of()), NOW);
    }
}

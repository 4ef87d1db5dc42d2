package io.openclickstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.options.OptionsException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipelineOptionsTest {
    @Test
    void defaultsAreRight() throws OptionsException {
        assertThat(PipelineOptions.PROGRAM.read(List.of(), Map.of()).sessionGap())
                .hasMinutes(30);
    }

    @Test
    void everyMistakeIsReportedAtOnce() {
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(
                        List.of(
                                "--session.gap=PT-5M",
                                "--lake.uri=clicks/lake",
                                "--live.uri=http://x",
                                "--metrics.currency=euro",
                                "--deduplication.horizon=1s",
                                "--kafka.bootstrap-servers=localhost",
                                "--live.batch-rows=0",
                                "--clicks.max-bytes=1GiB"),
                        Map.of()))
                .isInstanceOfSatisfying(OptionsException.class, e -> assertThat(e.mistakes())
                        .hasSize(8)
                        .anySatisfy(line ->
                                assertThat(line).startsWith("session.gap=PT-5M").contains("30m"))
                        .anySatisfy(line -> assertThat(line)
                                .startsWith("lake.uri=clicks/lake")
                                .contains("s3://")));
    }

    @Test
    void unknownFormatNamesTheKnownOnes() {
        assertThatThrownBy(() -> PipelineOptions.PROGRAM.read(List.of("--clicks.format=XML"), Map.of()))
                .hasMessageContaining("CONFLUENT_AVRO");
    }

    @Test
    void helpDescribesEveryOption() {
        String help = PipelineOptions.PROGRAM.help();
        assertThat(PipelineOptions.PROGRAM.optionNames())
                .allSatisfy(name -> assertThat(help).contains("--" + name));
        assertThat(help).contains("30m", "Default");
    }
}

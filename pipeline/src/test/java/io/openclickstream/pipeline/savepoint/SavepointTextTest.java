package io.openclickstream.pipeline.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SavepointTextTest {
    @Test
    void tellsOperatorsStatesAndTypes() throws Exception {
        Path savepoint =
                Path.of(System.getProperty("clickstream.root"), "state-schemas", "released", "0.1.0", "savepoint");

        assertThat(SavepointText.lines(SavepointContents.read(savepoint.toString())))
                .map(line -> line.replaceAll("  +", "  ").replaceAll("[\\d,]+ bytes", "N bytes"))
                .contains(
                        "sessionize  N bytes, parallelism 2 of at most 128; keeps each user's open sessions and remembered event ids",
                        "  timeline  KEYED  UserTimeline by UserKey; registered, since 0.1.0",
                        "  seen-event-ids  KEYED  map from String to Long by UserKey; registered, since 0.1.0",
                        "  watermark  UNION  Long, 2 entries; registered, since 0.1.0",
                        "  total  KEYED  LedgerEntry by PartitionKey; registered, since 0.1.0",
                        "  panes  KEYED  map from String to Pane by PaneBucket; registered, since 0.1.0",
                        "  definitions  UNION  MetricDefinition, 2 entries; registered, since 0.1.0");
    }
}

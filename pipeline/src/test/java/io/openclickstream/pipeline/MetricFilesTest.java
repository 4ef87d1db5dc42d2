package io.openclickstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclickstream.pipeline.decide.metric.Metric;
import io.openclickstream.pipeline.decide.metric.MetricCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricFilesTest {
    @Test
    void everyShippedMetricIsKnownAndToldOf() throws Exception {
        Path folder = Path.of(MetricFiles.class.getResource("metrics").toURI());
        MetricCatalog fromFolder = MetricFiles.read(folder);
        MetricCatalog shipped = MetricFiles.read(null);
        assertThat(shipped.metrics())
                .extracting(Metric::name)
                .containsExactlyElementsOf(
                        fromFolder.metrics().stream().map(Metric::name).toList());
        assertThat(shipped.metrics()).allSatisfy(metric -> {
            assertThat(metric.description()).isNotBlank();
            assertThat(metric.primaryKey()).contains("site_id");
        });
    }

    @Test
    void otherFilesOfAFolderAreLeftAlone(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("README.md"), "not SQL");
        assertThat(MetricFiles.read(folder).metrics()).isEmpty();
    }
}

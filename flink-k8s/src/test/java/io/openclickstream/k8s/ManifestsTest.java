package io.openclickstream.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the overlays render is right. {@link BrokenManifestsTest} shows that these checks find what is wrong. */
class ManifestsTest {
    static List<String> overlays() throws IOException {
        return Manifests.overlaysAndComponents();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void fitsTheSchemas(String overlay) {
        assertThat(Schemas.problems(Manifests.of(overlay))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void namesOnlyWhatIsThere(String overlay) {
        assertThat(References.problems(Manifests.of(overlay))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void hasOnlySettingsThatFlinkKnows(String overlay) {
        assertThat(FlinkSettings.problems(Manifests.of(overlay))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void agreesWithTheCode(String overlay) {
        assertThat(CodeAgreement.problems(Manifests.of(overlay))).isEmpty();
    }

    /** A ConfigMap without a hash in its name changes silently; the FlinkDeployment must name the hashed one. */
    @ParameterizedTest
    @MethodSource("overlays")
    void aChangedOptionRestartsWhatUsesIt(String overlay) {
        Manifests manifests = Manifests.of(overlay);
        assertThat(manifests.all("ConfigMap")).isNotEmpty().allSatisfy(map -> assertThat(Manifests.nameOf(map))
                .matches(".+-options-[a-z0-9]{10}"));
        assertThat(manifests
                        .flink()
                        .at("/spec/podTemplate/spec/volumes/0/configMap/name")
                        .asText())
                .matches("clickstream-pipeline-options-[a-z0-9]{10}");
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void everythingLivesInOneNamespace(String overlay) {
        assertThat(Manifests.of(overlay).objects())
                .allSatisfy(object ->
                        assertThat(object.at("/metadata/namespace").asText()).isEqualTo("clickstream"));
    }

    @Test
    void smallKeepsStateOnTheHeapAndProductionInRocksDb() {
        assertThat(setting("small", "state.backend.type")).isEqualTo("hashmap");
        assertThat(setting("production", "state.backend.type")).isEqualTo("rocksdb");
        assertThat(setting("production", "execution.checkpointing.incremental")).isEqualTo("true");
        assertThat(Manifests.of("production")
                        .flink()
                        .at("/spec/jobManager/replicas")
                        .asInt())
                .isGreaterThan(1);
    }

    @Test
    void theImagesAreMadeOfFilesThatExist() {
        for (String image : List.of("pipeline", "flight-server", "maintenance")) {
            assertThat(Containerfile.of(image).copiedSources())
                    .allSatisfy(source -> assertThat(source).exists());
        }
        for (String image : List.of("flight-server", "maintenance")) {
            assertThat(Containerfile.of(image).entryPoint()).contains("@/opt/clickstream/jvm.options");
            assertThat(Containerfile.of(image).text()).contains("COPY jvm.options /opt/clickstream/jvm.options");
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void theLakeIsLookedAfterByOneRunAtATime(String overlay) {
        var job = Manifests.of(overlay).one("CronJob", "clickstream-maintain");
        assertThat(job.at("/spec/concurrencyPolicy").asText()).isEqualTo("Forbid");
        assertThat(job.at("/spec/schedule").asText()).matches("\\d+ \\* \\* \\* \\*");
        assertThat(job.at("/spec/jobTemplate/spec/template/spec/containers/0/image")
                        .asText())
                .isEqualTo("clickstream-maintenance:0.1.0");
    }

    /** Both pods of Flink have the keys: the JobManager checks them at the start, and the tasks use them. */
    @ParameterizedTest
    @MethodSource("overlays")
    void userIdsAreReplacedExactlyWhereTheComponentIs(String overlay) {
        Manifests manifests = Manifests.of(overlay);
        assertThat(CodeAgreement.optionOfJob(manifests, "pseudonyms.keys") != null)
                .isEqualTo(overlay.endsWith(" with pseudonyms"));
    }

    private static String setting(String overlay, String key) {
        return Manifests.of(overlay)
                .flink()
                .at("/spec/flinkConfiguration")
                .path(key)
                .asText();
    }
}

package io.openclickstream.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check finds the mistake it is there for: one is planted at a time in what the production overlay renders. */
class BrokenManifestsTest {
    /** Who must find the mistake. */
    enum Check {
        SCHEMAS,
        REFERENCES,
        SETTINGS,
        CODE;

        List<String> problems(Manifests manifests) {
            return switch (this) {
                case SCHEMAS -> Schemas.problems(manifests);
                case REFERENCES -> References.problems(manifests);
                case SETTINGS -> FlinkSettings.problems(manifests);
                case CODE -> CodeAgreement.problems(manifests);
            };
        }
    }

    /**
     * A mistake.
     *
     * @param object its kind and name; a name ending in a hash is given without
     * @param pointer JSON pointer to the value
     * @param json the wrong value; empty to remove what is there
     * @param found part of what the check says
     */
    record Mistake(Check by, String object, String pointer, String json, String found) {
        void plant(Manifests manifests) {
            ObjectNode target = manifests.objects().stream()
                    .filter(each -> (each.path("kind").asText() + " " + Manifests.nameOf(each)).startsWith(object))
                    .findFirst()
                    .orElseThrow();
            JsonPointer path = JsonPointer.compile(pointer);
            JsonNode parent = target.at(path.head());
            try {
                if (parent instanceof ArrayNode array) {
                    array.set(path.last().getMatchingIndex(), new JsonMapper().readTree(json));
                } else if (json.isEmpty()) {
                    assertThat(((ObjectNode) parent).remove(path.last().getMatchingProperty()))
                            .isNotNull();
                } else {
                    ((ObjectNode) parent).set(path.last().getMatchingProperty(), new JsonMapper().readTree(json));
                }
            } catch (com.fasterxml.jackson.core.JacksonException e) {
                throw new AssertionError(e);
            }
        }
    }

    static Stream<Mistake> mistakes() {
        String flink = "FlinkDeployment clickstream";
        String setting = "/spec/flinkConfiguration/";
        String flinkPod = "/spec/podTemplate/spec";
        String flight = "StatefulSet clickstream-flight";
        String flightPod = "/spec/template/spec";
        String maintain = "CronJob clickstream-maintain";
        String maintainPod = "/spec/jobTemplate/spec/template/spec";
        String maintainOptions = "ConfigMap clickstream-maintain-options";
        String jobOptions = "ConfigMap clickstream-pipeline-options";
        String flightOptions = "ConfigMap clickstream-flight-options";
        return Stream.of(
                new Mistake(Check.SCHEMAS, flink, "/spec/jobb", "{}", "jobb"),
                new Mistake(Check.SCHEMAS, flink, "/spec/job/upgradeMode", "\"savepont\"", "upgradeMode"),
                new Mistake(Check.SCHEMAS, flink, "/spec/job/paralelism", "2", "paralelism"),
                new Mistake(Check.SCHEMAS, flink, "/spec/jobManager/replicas", "\"two\"", "replicas"),
                new Mistake(Check.SCHEMAS, flink, flinkPod + "/containers/0/volumeMount", "[]", "volumeMount"),
                new Mistake(Check.SCHEMAS, flink, setting + "pipeline.max-parallelism", "128", "max-parallelism"),
                new Mistake(Check.SCHEMAS, flink, "/apiVersion", "\"flink.apache.org/v2\"", "v1beta1"),
                new Mistake(Check.SCHEMAS, flight, flightPod + "/containers/0/readynessProbe", "{}", "readynessProbe"),
                new Mistake(Check.SCHEMAS, flight, "/spec/replicas", "\"one\"", "one"),
                new Mistake(Check.SCHEMAS, flight, "/apiVersion", "\"apps/v1beta1\"", "apps/v1"),
                new Mistake(Check.SCHEMAS, "Role clickstream-flink", "/rules/0/verb", "[]", "verb"),
                new Mistake(Check.SCHEMAS, "Service clickstream-flight", "/kind", "\"Servise\"", "no schema"),
                new Mistake(Check.SCHEMAS, "NetworkPolicy clickstream-flink", "/spec/ingres", "[]", "ingres"),
                new Mistake(Check.SCHEMAS, "PodDisruptionBudget", "/spec/maxUnavailabe", "1", "maxUnavailabe"),
                new Mistake(
                        Check.REFERENCES,
                        flink,
                        flinkPod + "/volumes/0/configMap/name",
                        "\"clickstream-pipeline-options\"",
                        "no ConfigMap clickstream-pipeline-options"),
                new Mistake(
                        Check.REFERENCES,
                        flink,
                        flinkPod + "/containers/0/volumeMounts/0/name",
                        "\"pipeline\"",
                        "mounts a volume that is not there: pipeline"),
                new Mistake(
                        Check.REFERENCES,
                        flight,
                        flightPod + "/containers/0/volumeMounts/1/name",
                        "\"tmp\"",
                        "volume is not mounted: data"),
                new Mistake(
                        Check.REFERENCES,
                        flight,
                        flightPod + "/containers/0/livenessProbe/httpGet/port",
                        "\"web\"",
                        "unknown port: web"),
                new Mistake(Check.REFERENCES, flight, "/spec/selector/matchLabels/app", "\"x\"", "selects no pod"),
                new Mistake(Check.REFERENCES, flight, "/spec/serviceName", "\"x\"", "no Service x"),
                new Mistake(Check.REFERENCES, flight, flightPod + "/securityContext/runAsNonRoot", "false", "root"),
                new Mistake(
                        Check.REFERENCES,
                        "Service clickstream-flight",
                        "/spec/selector/app",
                        "\"x\"",
                        "selects no pod"),
                new Mistake(
                        Check.REFERENCES,
                        "Service clickstream-flight",
                        "/spec/ports/0/targetPort",
                        "\"grpc\"",
                        "no pod has the port grpc"),
                new Mistake(
                        Check.REFERENCES,
                        "NetworkPolicy clickstream-flink",
                        "/spec/podSelector/matchLabels/app",
                        "\"flink\"",
                        "selects no pod"),
                new Mistake(
                        Check.REFERENCES,
                        "PodDisruptionBudget",
                        "/spec/selector/matchLabels/component",
                        "\"worker\"",
                        "selects no pod"),
                new Mistake(Check.REFERENCES, flink, "/spec/serviceAccount", "\"flink\"", "ServiceAccount flink"),
                new Mistake(
                        Check.REFERENCES, "RoleBinding clickstream-flink", "/roleRef/name", "\"edit\"", "no Role edit"),
                new Mistake(
                        Check.REFERENCES,
                        flink,
                        flinkPod + "/containers/0/env/1",
                        "{\"name\":\"AWS_SECRET_ACCESS_KEY\",\"value\":\"x\"}",
                        "not taken from a Secret"),
                new Mistake(Check.REFERENCES, flink, setting + "s3.secret-key", "\"x\"", "secret among Flink's"),
                new Mistake(Check.REFERENCES, flightOptions, "/kind", "\"Secret\"", "a Secret is shipped"),
                new Mistake(Check.SETTINGS, flink, setting + "state.backend.typ", "\"rocksdb\"", "no setting"),
                new Mistake(
                        Check.SETTINGS,
                        flink,
                        setting + "execution.checkpointing.interval",
                        "\"often\"",
                        "cannot read execution.checkpointing.interval"),
                new Mistake(
                        Check.SETTINGS,
                        flink,
                        setting + "execution.checkpointing.externalized-checkpoint-retention",
                        "\"KEEP\"",
                        "cannot read"),
                new Mistake(Check.SETTINGS, flink, setting + "job.autoscaler.enable", "\"true\"", "no setting"),
                new Mistake(Check.SETTINGS, flink, setting + "s3.endpont", "\"http://x\"", "S3 file system"),
                new Mistake(Check.SETTINGS, flink, setting + "metrics.reporters", "\"jmx\"", "does not name"),
                new Mistake(
                        Check.SETTINGS,
                        flink,
                        setting + "metrics.reporter.prom.factory.class",
                        "\"org.apache.flink.metrics.prometheus.PrometheusReporter\"",
                        "not a metric reporter"),
                new Mistake(Check.SETTINGS, flink, setting + "metrics.reporter.prom.ports", "\"1\"", "no setting"),
                new Mistake(
                        Check.SETTINGS,
                        flink,
                        setting + "env.java.opts.all",
                        "\"--add-opens=java.base/java.lang=ALL-UNNAMED\"",
                        "lacks --add-opens=java.base/java.nio=ALL-UNNAMED"),
                new Mistake(Check.CODE, flink, "/spec/job/jarURI", "\"local:///opt/x.jar\"", "no jar /opt/x.jar"),
                new Mistake(Check.CODE, flink, "/spec/job/entryClass", "\"io.x.Job\"", "no job io.x.Job"),
                new Mistake(Check.CODE, flink, "/spec/job/args/1", "\"/etc/x\"", "provides the file /etc/x"),
                new Mistake(Check.CODE, flink, "/spec/job/args", "[\"--fast\"]", "are not --options FILE"),
                new Mistake(Check.CODE, flink, "/spec/job/parallelism", "129", "above 128"),
                new Mistake(Check.CODE, flink, "/spec/flinkVersion", "\"v2_2\"", "flinkVersion v2_2"),
                new Mistake(Check.CODE, flink, setting + "pipeline.max-parallelism", "\"64\"", "max-parallelism"),
                new Mistake(
                        Check.CODE,
                        flink,
                        setting + "execution.checkpointing.unaligned.enabled",
                        "\"true\"",
                        "unaligned.enabled has no effect"),
                new Mistake(
                        Check.CODE,
                        flink,
                        setting + "execution.checkpointing.aligned-checkpoint-timeout",
                        "\"30 s\"",
                        "aligned-checkpoint-timeout has no effect"),
                new Mistake(
                        Check.CODE, flink, flinkPod + "/containers/0/ports/0/containerPort", "9250", "Flink's metrics"),
                new Mistake(Check.CODE, jobOptions, "/data/pipeline.properties", "\"sesion.gap=30m\"", "sesion.gap"),
                new Mistake(
                        Check.CODE, jobOptions, "/data/pipeline.properties", "\"session.gap=soon\"", "not a duration"),
                new Mistake(
                        Check.CODE,
                        jobOptions,
                        "/data/pipeline.properties",
                        "\"live.uri=grpc://flight:8815\"",
                        "no Service answers to live.uri=grpc://flight:8815"),
                new Mistake(Check.CODE, "Service clickstream-flight", "/spec/ports/0/port", "80", "no Service answers"),
                new Mistake(
                        Check.CODE,
                        flightOptions,
                        "/data/flight-server.properties",
                        "\"bind.host=0.0.0.0\\nplaintext.allowed=true\\nauth.principals=/etc/not-mounted/principals.json\"",
                        "auth.principals=/etc/not-mounted/principals.json"),
                new Mistake(
                        Check.CODE,
                        flightOptions,
                        "/data/flight-server.properties",
                        "\"bind.host=0.0.0.0\\ndata.dir=/var/lib/clickstream\\nport=1\"",
                        "port"),
                new Mistake(
                        Check.CODE,
                        flightOptions,
                        "/data/flight-server.properties",
                        "\"bind.host=127.0.0.1\\ndata.dir=/var/lib/clickstream\"",
                        "bind.host is not reachable"),
                new Mistake(
                        Check.CODE,
                        flightOptions,
                        "/data/flight-server.properties",
                        "\"bind.host=0.0.0.0\\n"
                                + "auth.principals=/etc/clickstream-access/principals.json\\nplaintext.allowed=true\\n"
                                + "data.dir=/data\"",
                        "data.dir=/data is not the volume"),
                new Mistake(
                        Check.CODE,
                        flight,
                        flightPod + "/containers/0/ports/0/containerPort",
                        "8825",
                        "does not name the ports"),
                new Mistake(
                        Check.CODE,
                        flight,
                        flightPod + "/containers/0/env/0/value",
                        "\"-Xmx4g -XX:MaxDirectMemorySize=4736m\"",
                        "may take 9132 MiB, its container 8192 MiB"),
                new Mistake(
                        Check.CODE,
                        "NetworkPolicy clickstream-flight",
                        "/spec/ingress/0/ports/0/port",
                        "8825",
                        "nothing listens on port 8825"),
                new Mistake(Check.SCHEMAS, maintain, "/spec/shedule", "\"@daily\"", "shedule"),
                new Mistake(Check.SCHEMAS, maintain, "/spec/jobTemplate/spec/backofLimit", "1", "backofLimit"),
                new Mistake(Check.SCHEMAS, maintain, "/apiVersion", "\"batch/v1beta1\"", "batch/v1"),
                new Mistake(
                        Check.REFERENCES, maintain, maintainPod + "/serviceAccountName", "\"x\"", "ServiceAccount x"),
                new Mistake(Check.REFERENCES, maintain, maintainPod + "/securityContext/runAsNonRoot", "false", "root"),
                new Mistake(
                        Check.REFERENCES,
                        maintain,
                        maintainPod + "/containers/0/env/2",
                        "{\"name\":\"AWS_SECRET_ACCESS_KEY\",\"value\":\"x\"}",
                        "not taken from a Secret"),
                new Mistake(
                        Check.REFERENCES,
                        maintain,
                        maintainPod + "/containers/0/volumeMounts/0/name",
                        "\"tmp\"",
                        "volume is not mounted: options"),
                new Mistake(
                        Check.REFERENCES,
                        "NetworkPolicy clickstream-maintain",
                        "/spec/podSelector/matchLabels/app",
                        "\"x\"",
                        "selects no pod"),
                new Mistake(
                        Check.CODE, maintain, maintainPod + "/containers/0/args/1", "\"/etc/x\"", "the file /etc/x"),
                new Mistake(
                        Check.CODE,
                        maintain,
                        maintainPod + "/containers/0/env/0/value",
                        "\"-Xmx2g -XX:MaxDirectMemorySize=128m\"",
                        "may take 2476 MiB, its container 1536 MiB"),
                new Mistake(
                        Check.CODE,
                        maintainOptions,
                        "/data/maintain.properties",
                        "\"lake.uri=s3://clickstream/lake2\"",
                        "maintenance has lake.uri=s3://clickstream/lake2"),
                new Mistake(
                        Check.CODE,
                        maintainOptions,
                        "/data/maintain.properties",
                        "\"lake.uri=s3://clickstream/lake\\nkeep-four=2h\"",
                        "keep-four"),
                new Mistake(
                        Check.CODE,
                        flink,
                        setting + "s3.endpoint",
                        "\"http://s3:9000\"",
                        "maintenance has s3.endpoint= and Flink s3.endpoint=http://s3:9000"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aPlantedMistakeIsFound(Mistake mistake) {
        Manifests manifests = Manifests.of("production");
        mistake.plant(manifests);
        assertThat(mistake.by().problems(manifests))
                .anySatisfy(problem -> assertThat(problem).contains(mistake.found()));
    }

    static Stream<Mistake> mistakesOfTheEncryptedOverlay() {
        String replica = "StatefulSet clickstream-flight-replica";
        String replicaContainer = "/spec/template/spec/containers/0";
        String scheme = replicaContainer + "/readinessProbe/httpGet/scheme";
        return Stream.of(
                new Mistake(Check.CODE, replica, scheme, "\"HTTP\"", "readinessProbe does not speak to the HTTP port"),
                new Mistake(
                        Check.CODE,
                        replica,
                        "/spec/template/metadata/annotations/prometheus.io~1scheme",
                        "",
                        "prometheus.io/scheme does not speak"),
                new Mistake(
                        Check.CODE,
                        "StatefulSet clickstream-flight",
                        scheme,
                        "\"HTTP\"",
                        "live.uri=grpc+tls://clickstream-flight:8815 does not speak to the Flight server"),
                new Mistake(
                        Check.CODE,
                        "Service clickstream-flight",
                        "/spec/ports/0/port",
                        "8825",
                        "no Service answers to follow=grpc+tls://clickstream-flight:8815"),
                new Mistake(
                        Check.CODE,
                        replica,
                        replicaContainer + "/env/0/value",
                        "\"-Xmx8g -XX:MaxDirectMemorySize=8832m\"",
                        "may take 17324 MiB, its container 12288 MiB"),
                new Mistake(
                        Check.REFERENCES,
                        "FlinkDeployment clickstream",
                        "/spec/podTemplate/spec/containers/0/volumeMounts/2/name",
                        "\"access\"",
                        "volume is not mounted: tls"),
                new Mistake(
                        Check.REFERENCES,
                        "Service clickstream-flight-read",
                        "/spec/selector/clickstream-reads",
                        "\"yes\"",
                        "selects no pod"));
    }

    @ParameterizedTest
    @MethodSource("mistakesOfTheEncryptedOverlay")
    void aPlantedMistakeIsFoundInTheEncryptedOverlay(Mistake mistake) {
        Manifests manifests = Manifests.of("encrypted");
        mistake.plant(manifests);
        assertThat(mistake.by().problems(manifests))
                .anySatisfy(problem -> assertThat(problem).contains(mistake.found()));
    }

    static Stream<Mistake> mistakesOfPseudonyms() {
        String flink = "FlinkDeployment clickstream";
        String container = "/spec/podTemplate/spec/containers/0";
        String value = container + "/env/2/value";
        return Stream.of(
                new Mistake(
                        Check.REFERENCES,
                        flink,
                        container + "/volumeMounts/2/name",
                        "\"access\"",
                        "volume is not mounted: pseudonym-keys"),
                new Mistake(
                        Check.REFERENCES,
                        flink,
                        container + "/volumeMounts/2/subPath",
                        "\"keys.json\"",
                        "mounted by subPath never changes: /opt/clickstream/pseudonyms"),
                new Mistake(
                        Check.REFERENCES,
                        flink,
                        value,
                        "\"c2VjcmV0\"",
                        "not taken from a Secret: CLICKSTREAM_PSEUDONYMS_KEYS"),
                new Mistake(
                        Check.CODE,
                        flink,
                        value,
                        "\"/opt/clickstream/pseudonym/keys.json\"",
                        "pseudonyms.keys=/opt/clickstream/pseudonym/keys.json"),
                new Mistake(
                        Check.CODE,
                        flink,
                        container + "/env/2/name",
                        "\"CLICKSTREAM_PSEUDONYM_KEYS\"",
                        "no option is called CLICKSTREAM_PSEUDONYM_KEYS"),
                new Mistake(
                        Check.CODE,
                        flink,
                        "/spec/podTemplate/spec/volumes/2/secret/secretName",
                        "\"clickstream-access\"",
                        "pseudonyms.keys"),
                new Mistake(
                        Check.SCHEMAS,
                        flink,
                        "/spec/podTemplate/spec/volumes/2/secret/defaultmode",
                        "288",
                        "defaultmode"));
    }

    @ParameterizedTest
    @MethodSource("mistakesOfPseudonyms")
    void aPlantedMistakeIsFoundInAnOverlayWithPseudonyms(Mistake mistake) {
        Manifests manifests = Manifests.of("production with pseudonyms");
        mistake.plant(manifests);
        assertThat(mistake.by().problems(manifests))
                .anySatisfy(problem -> assertThat(problem).contains(mistake.found()));
    }
}

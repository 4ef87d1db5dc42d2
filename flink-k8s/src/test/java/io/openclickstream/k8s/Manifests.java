package io.openclickstream.k8s;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.kubernetes.utils.KubernetesUtils;
import org.junit.jupiter.api.Assumptions;

/** The objects that an overlay makes, as {@code kubectl kustomize} renders them. */
record Manifests(List<ObjectNode> objects) {
    /** This module's folder. */
    static final Path MODULE = Path.of(requireNonNull(System.getProperty("clickstream.root")), "flink-k8s");

    static final String FLINK_CONTAINER = "flink-main-container";

    static final JsonMapper JSON = new JsonMapper();

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Map<String, Manifests> RENDERED = new ConcurrentHashMap<>();

    private static final String WITH = " with ";

    /** All overlays' names. */
    static List<String> overlays() throws IOException {
        return foldersOf("overlays");
    }

    /** All overlays' names, and each once more with each component, as {@code overlay with component}. */
    static List<String> overlaysAndComponents() throws IOException {
        List<String> all = new ArrayList<>(overlays());
        for (String component : foldersOf("components")) {
            overlays().forEach(overlay -> all.add(overlay + WITH + component));
        }
        return all;
    }

    private static List<String> foldersOf(String parent) throws IOException {
        try (Stream<Path> folders = Files.list(MODULE.resolve(parent))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    /** A copy of what an overlay renders, free to be changed. */
    static Manifests of(String overlay) {
        return RENDERED.computeIfAbsent(overlay, Manifests::render).copy();
    }

    private Manifests copy() {
        return new Manifests(objects.stream().map(ObjectNode::deepCopy).toList());
    }

    private static Manifests render(String overlay) {
        try {
            Path errors = Files.createTempFile("kustomize", ".err");
            Path output = Files.createTempFile("kustomize", ".yaml");
            Process process = new ProcessBuilder(
                            kubectl(), "kustomize", folderOf(overlay).toString())
                    .redirectError(errors.toFile())
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("kubectl kustomize of overlay " + overlay + " took over 60 s.");
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException("Cannot render overlay " + overlay + ": "
                        + Files.readString(errors).strip());
            }
            try (MappingIterator<ObjectNode> documents =
                    YAML.readerFor(ObjectNode.class).readValues(output.toFile())) {
                return new Manifests(documents.readAll());
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot render overlay " + overlay + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** For an overlay with a component, a folder that asks for both, as whoever deploys would write it. */
    private static Path folderOf(String overlay) throws IOException {
        String[] parts = overlay.split(WITH, -1);
        if (parts.length == 1) {
            return MODULE.resolve("overlays").resolve(overlay);
        }
        Path folder = Files.createDirectories(MODULE.resolve("target/rendered").resolve(overlay.replace(' ', '-')));
        Files.writeString(folder.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [../../../overlays/%s]
                components: [../../../components/%s]
                """.formatted(parts[0], parts[1]));
        return folder;
    }

    /** The kubectl to use; skips the test where there is none, unless the environment says {@code CI=true}. */
    private static String kubectl() throws InterruptedException {
        String kubectl = System.getenv().getOrDefault("CLICKSTREAM_KUBECTL", "kubectl");
        String hint = "kubectl 1.27 or later is needed to render the overlays; '" + kubectl
                + "' is none. Put one on the PATH, or name it in CLICKSTREAM_KUBECTL.";
        try {
            Process process = new ProcessBuilder(kubectl, "version", "--client")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean works = process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
            require(works, hint);
        } catch (IOException e) {
            require(false, hint);
        }
        return kubectl;
    }

    private static void require(boolean works, String hint) {
        if ("true".equals(System.getenv("CI")) && !works) {
            throw new IllegalStateException(hint);
        }
        Assumptions.assumeTrue(works, hint);
    }

    /** All objects of a kind. */
    List<ObjectNode> all(String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    /** The object of this kind and name. */
    ObjectNode one(String kind, String name) {
        return all(kind).stream()
                .filter(object -> nameOf(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no %s %s.".formatted(kind, name)));
    }

    boolean has(String kind, String name) {
        return all(kind).stream().anyMatch(object -> nameOf(object).equals(name));
    }

    /** The only FlinkDeployment. */
    ObjectNode flink() {
        return one("FlinkDeployment", "clickstream");
    }

    static String nameOf(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    static Stream<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /**
     * Pods as they will be: those of a StatefulSet or a CronJob, and those that Flink makes from its pod template.
     *
     * @param labels what selectors can find them by
     */
    record Pod(String owner, Map<String, String> labels, JsonNode spec) {
        Stream<JsonNode> containers() {
            return each(spec.path("containers"));
        }

        boolean answersTo(JsonNode selector) {
            return selector.isObject()
                    && selector.properties().stream()
                            .allMatch(label -> label.getValue().asText().equals(labels.get(label.getKey())));
        }
    }

    /** Every kind of pod. */
    List<Pod> pods() {
        List<Pod> pods = new ArrayList<>();
        for (ObjectNode set : all("StatefulSet")) {
            pods.add(pod("StatefulSet " + nameOf(set), set.at("/spec/template")));
        }
        for (ObjectNode job : all("CronJob")) {
            pods.add(pod("CronJob " + nameOf(job), job.at("/spec/jobTemplate/spec/template")));
        }
        for (ObjectNode flink : all("FlinkDeployment")) {
            JsonNode spec = flink.at("/spec/podTemplate/spec");
            pods.add(new Pod(
                    "JobManager of " + nameOf(flink), KubernetesUtils.getJobManagerSelectors(nameOf(flink)), spec));
            pods.add(new Pod(
                    "TaskManager of " + nameOf(flink), KubernetesUtils.getTaskManagerSelectors(nameOf(flink)), spec));
        }
        return pods;
    }

    private static Pod pod(String owner, JsonNode template) {
        Map<String, String> labels = new ConcurrentHashMap<>();
        template.at("/metadata/labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return new Pod(owner, labels, template.path("spec"));
    }
}

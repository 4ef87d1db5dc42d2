package io.openclickstream.k8s;

import static io.openclickstream.k8s.Manifests.each;
import static io.openclickstream.k8s.Manifests.nameOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.k8s.Manifests.Pod;
import io.openclickstream.maintenance.MaintainMain;
import io.openclickstream.maintenance.MaintainOptions;
import io.openclickstream.options.OptionsException;
import io.openclickstream.options.Program;
import io.openclickstream.pipeline.ClickstreamJob;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.RestOptions;
import org.jspecify.annotations.Nullable;

/** Checks that classes, options, files and ports are those of the code and of the images. */
final class CodeAgreement {
    private static final Containerfile JOB_IMAGE = Containerfile.of("pipeline");
    private static final Containerfile FLIGHT_IMAGE = Containerfile.of("flight-server");
    private static final Containerfile MAINTENANCE_IMAGE = Containerfile.of("maintenance");

    private static final Program<?> JOB = ProgramOptions.programOf(ClickstreamJob.class);

    private static final long JVM_ITSELF_MEBIBYTES = 300;

    private final Manifests manifests;
    private final List<String> problems = new ArrayList<>();

    private CodeAgreement(Manifests manifests) {
        this.manifests = manifests;
    }

    static List<String> problems(Manifests manifests) {
        CodeAgreement agreement = new CodeAgreement(manifests);
        agreement.checkJob();
        manifests.all("StatefulSet").forEach(set -> agreement.checkFlightServer(nameOf(set)));
        agreement.checkMaintenance();
        agreement.checkNetworkPolicies();
        return agreement.problems;
    }

    /** What the job makes of an option; null where it is not given and has no default. */
    static @Nullable Object optionOfJob(Manifests manifests, String name) {
        CodeAgreement agreement = new CodeAgreement(manifests);
        ProgramOptions options =
                agreement.options(JOB, agreement.flinkPod(), manifests.flink().at("/spec/job/args"));
        return options == null ? null : options.value(name);
    }

    private void checkJob() {
        JsonNode job = manifests.flink().at("/spec/job");
        String jar = job.path("jarURI").asText().replaceFirst("^local://", "");
        require(JOB_IMAGE.text().contains(" " + jar + "\n"), "the image has no jar " + jar);
        require(
                job.path("entryClass").asText().equals(ClickstreamJob.class.getName()),
                "there is no job " + job.path("entryClass").asText());
        JsonNode settings = manifests.flink().at("/spec/flinkConfiguration");
        require(
                settings.path("pipeline.max-parallelism").asInt() == ClickstreamJob.MAX_PARALLELISM,
                "pipeline.max-parallelism is not that of the job, " + ClickstreamJob.MAX_PARALLELISM);
        settings.fieldNames()
                .forEachRemaining(setting -> require(
                        !setting.matches("execution\\.checkpointing\\.(unaligned\\..+|aligned-checkpoint-timeout)"),
                        setting + " has no effect, for the job's checkpoints are aligned"));
        require(
                job.path("parallelism").asInt() <= ClickstreamJob.MAX_PARALLELISM,
                "the job's parallelism is above " + ClickstreamJob.MAX_PARALLELISM);
        Pod pod = flinkPod();
        ProgramOptions options = options(JOB, pod, job.path("args"));
        if (options != null) {
            checkThatAServiceAnswers(
                    "live.uri", URI.create(options.value("live.uri").toString()));
        }
        require(
                containerPorts(pod)
                        .contains(settings.path("metrics.reporter.prom.port").asInt()),
                "Flink's metrics are on a port that its container does not name");
        String version = manifests.flink().at("/spec/flinkVersion").asText();
        String flink = System.getProperty("flink.version", "");
        require(
                flink.startsWith(version.replaceFirst("^v", "").replace('_', '.') + "."),
                "flinkVersion " + version + " is not that of the job, " + flink);
        require(
                JOB_IMAGE.text().contains("FLINK_IMAGE=flink:" + flink + "-")
                        && JOB_IMAGE.text().contains("flink-s3-fs-hadoop-" + flink + ".jar"),
                "the image is not of Flink " + flink);
    }

    /** By the same name as the option, and encrypted exactly if the server is. */
    private void checkThatAServiceAnswers(String option, URI uri) {
        require(
                manifests.has("Service", uri.getHost())
                        && servicePorts(uri.getHost()).contains(uri.getPort()),
                "no Service answers to " + option + "=" + uri);
        boolean isEncrypted = manifests
                .one("StatefulSet", "clickstream-flight")
                .at("/spec/template/spec/containers/0/readinessProbe/httpGet/scheme")
                .asText()
                .equals("HTTPS");
        require(
                uri.getScheme().equals(isEncrypted ? "grpc+tls" : "grpc"),
                option + "=" + uri + " does not speak to the Flight server as it listens");
    }

    private void checkFlightServer(String name) {
        List<String> entryPoint = FLIGHT_IMAGE.entryPoint();
        String mainClass = entryPoint.get(entryPoint.size() - 1);
        Pod pod = pod("StatefulSet " + name);
        JsonNode container = container(pod, "flight-server");
        checkMemory("the Flight server", container);
        ProgramOptions options;
        try {
            options = options(ProgramOptions.programOf(Class.forName(mainClass)), pod, container.path("args"));
        } catch (ClassNotFoundException e) {
            problems.add("there is no Flight server " + mainClass);
            return;
        }
        if (options == null) {
            return;
        }
        require(
                containerPorts(pod).equals(Set.of(options.value("flight.port"), options.value("http.port"))),
                "the Flight server's container does not name the ports of its options");
        require(!options.value("bind.host").toString().startsWith("127."), "bind.host is not reachable from outside");
        String data = options.value("data.dir").toString();
        require(
                each(container.path("volumeMounts"))
                        .anyMatch(mount -> mount.path("name").asText().equals("data")
                                && mount.path("mountPath").asText().equals(data)),
                "data.dir=" + data + " is not the volume that is kept");
        Object leader = options.value("follow");
        if (leader != null) {
            checkThatAServiceAnswers("follow", URI.create(leader.toString()));
        }
        boolean isEncrypted = options.value("tls.certificate") != null;
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            require(
                    container.path(probe).at("/httpGet/scheme").asText("HTTP").equals(isEncrypted ? "HTTPS" : "HTTP"),
                    name + ": " + probe + " does not speak to the HTTP port as it listens");
        }
        JsonNode annotations = manifests.one("StatefulSet", name).at("/spec/template/metadata/annotations");
        require(
                annotations.path("prometheus.io/scheme").asText("http").equals(isEncrypted ? "https" : "http"),
                name + ": prometheus.io/scheme does not speak to the HTTP port as it listens");
        require(
                annotations
                        .path("prometheus.io/port")
                        .asText()
                        .equals(options.value("http.port").toString()),
                "prometheus.io/port is not http.port");
    }

    /** What looks after the lake has the job's lake, at the job's store. */
    private void checkMaintenance() {
        List<String> entryPoint = MAINTENANCE_IMAGE.entryPoint();
        require(
                entryPoint.get(entryPoint.size() - 1).equals(MaintainMain.class.getName()),
                "there is no program " + entryPoint.get(entryPoint.size() - 1));
        Pod pod = pod("CronJob clickstream-maintain");
        JsonNode container = container(pod, "maintain");
        checkMemory("maintenance", container);
        ProgramOptions options = options(MaintainOptions.PROGRAM, pod, container.path("args"));
        ProgramOptions job = options(JOB, flinkPod(), manifests.flink().at("/spec/job/args"));
        if (options == null || job == null) {
            return;
        }
        for (String option : List.of("lake.uri", "lake.catalog")) {
            require(
                    String.valueOf(options.value(option)).equals(String.valueOf(job.value(option))),
                    "maintenance has %s=%s and the job %s".formatted(option, options.value(option), job.value(option)));
        }
        JsonNode settings = manifests.flink().at("/spec/flinkConfiguration");
        for (Map.Entry<String, String> same : Map.of(
                        "s3.endpoint", "s3.endpoint",
                        "s3.path-style-access", "s3.path.style.access",
                        "s3.region", "s3.endpoint.region")
                .entrySet()) {
            Object value = options.value(same.getKey());
            String given = value == null || value.equals(false) ? "" : value.toString();
            require(
                    given.equals(settings.path(same.getValue()).asText()),
                    "maintenance has %s=%s and Flink %s=%s"
                            .formatted(
                                    same.getKey(),
                                    given,
                                    same.getValue(),
                                    settings.path(same.getValue()).asText()));
        }
    }

    /** Heap and direct memory leave room for the JVM itself within the container's limit. */
    private void checkMemory(String whose, JsonNode container) {
        String flags = each(container.path("env"))
                .filter(variable -> variable.path("name").asText().equals("JDK_JAVA_OPTIONS"))
                .map(variable -> variable.path("value").asText())
                .findFirst()
                .orElse("");
        long jvm = mebibytes(flags, "-Xmx(\\d+)([mg])\\b")
                + mebibytes(flags, "-XX:MaxDirectMemorySize=(\\d+)([mg])\\b")
                + JVM_ITSELF_MEBIBYTES;
        long limit = mebibytes(container.at("/resources/limits/memory").asText(), "^(\\d+)([MG])i$");
        require(jvm <= limit, "%s's JVM may take %d MiB, its container %d MiB".formatted(whose, jvm, limit));
    }

    private long mebibytes(String text, String pattern) {
        Matcher size = Pattern.compile(pattern).matcher(text);
        if (!size.find()) {
            problems.add("'" + text + "' does not say how much memory: " + pattern);
            return 0;
        }
        return Long.parseLong(size.group(1)) << (size.group(2).equalsIgnoreCase("g") ? 10 : 0);
    }

    /** Every port that a policy opens is one that the selected pods listen on. */
    private void checkNetworkPolicies() {
        for (ObjectNode policy : manifests.all("NetworkPolicy")) {
            Set<Integer> listening = manifests.pods().stream()
                    .filter(pod -> pod.answersTo(policy.at("/spec/podSelector/matchLabels")))
                    .flatMap(pod -> containerPorts(pod).stream())
                    .collect(Collectors.toSet());
            listening.add(RestOptions.PORT.defaultValue());
            each(policy.at("/spec/ingress"))
                    .flatMap(rule -> each(rule.path("ports")))
                    .map(port -> port.path("port").asInt())
                    .filter(port -> !listening.contains(port))
                    .forEach(port ->
                            problems.add("NetworkPolicy " + nameOf(policy) + ": nothing listens on port " + port));
        }
    }

    /** Reads the options file that the arguments name, from the ConfigMap mounted there; null when it cannot be read. */
    private @Nullable ProgramOptions options(Program<?> program, Pod pod, JsonNode arguments) {
        String file = arguments.path(1).asText();
        if (arguments.size() != 2 || !arguments.path(0).asText().equals("--options")) {
            problems.add(pod.owner() + ": arguments are not --options FILE: " + arguments);
            return null;
        }
        String text = pod.containers()
                .flatMap(container -> each(container.path("volumeMounts")))
                .filter(mount -> file.startsWith(mount.path("mountPath").asText() + "/"))
                .map(mount -> textOf(
                        pod,
                        mount.path("name").asText(),
                        file.substring(mount.path("mountPath").asText().length() + 1)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (text == null) {
            problems.add(pod.owner() + ": no ConfigMap provides the file " + file);
            return null;
        }
        try {
            SecretFiles files = SecretFiles.of(pod);
            return ProgramOptions.read(program, files.here(text), files.here(optionsInEnvironment(program, pod)));
        } catch (OptionsException e) {
            e.mistakes().forEach(mistake -> problems.add(pod.owner() + ": " + mistake));
            return null;
        }
    }

    /** Variables that name no option are not mistakes to a program, so they would be overlooked there. */
    private Map<String, String> optionsInEnvironment(Program<?> program, Pod pod) {
        Map<String, String> variables = new TreeMap<>();
        pod.containers()
                .flatMap(container -> each(container.path("env")))
                .filter(variable -> variable.path("name").asText().startsWith("CLICKSTREAM_"))
                .forEach(variable -> variables.put(
                        variable.path("name").asText(), variable.path("value").asText()));
        Set<String> known = program.optionNames().stream()
                .map(option -> "CLICKSTREAM_" + option.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
                .collect(Collectors.toSet());
        variables.keySet().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> problems.add(pod.owner() + ": no option is called " + name));
        return variables;
    }

    private @Nullable String textOf(Pod pod, String volume, String key) {
        return each(pod.spec().path("volumes"))
                .filter(each -> each.path("name").asText().equals(volume))
                .map(each -> each.at("/configMap/name").asText())
                .filter(name -> manifests.has("ConfigMap", name))
                .map(name -> manifests.one("ConfigMap", name).path("data").path(key))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .findFirst()
                .orElse(null);
    }

    private Pod pod(String owner) {
        return manifests.pods().stream()
                .filter(pod -> pod.owner().equals(owner))
                .findFirst()
                .orElseThrow();
    }

    private Pod flinkPod() {
        return manifests.pods().stream()
                .filter(pod -> pod.owner().startsWith("JobManager"))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode container(Pod pod, String name) {
        return pod.containers()
                .filter(container -> container.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(pod.owner() + " has no container " + name));
    }

    private static Set<Integer> containerPorts(Pod pod) {
        return pod.containers()
                .flatMap(container -> each(container.path("ports")))
                .map(port -> port.path("containerPort").asInt())
                .collect(Collectors.toSet());
    }

    private Set<Integer> servicePorts(String service) {
        return each(manifests.one("Service", service).at("/spec/ports"))
                .map(port -> port.path("port").asInt())
                .collect(Collectors.toSet());
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            problems.add(otherwise);
        }
    }
}

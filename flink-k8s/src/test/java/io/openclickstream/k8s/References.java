package io.openclickstream.k8s;

import static io.openclickstream.k8s.Manifests.each;
import static io.openclickstream.k8s.Manifests.nameOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openclickstream.k8s.Manifests.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks that whatever an object names is there: volumes, ConfigMaps, accounts, ports, and pods behind selectors. */
final class References {
    private final Manifests manifests;
    private final List<String> problems = new ArrayList<>();

    private References(Manifests manifests) {
        this.manifests = manifests;
    }

    static List<String> problems(Manifests manifests) {
        References references = new References(manifests);
        manifests.pods().forEach(references::checkPod);
        references.checkSelectors();
        references.checkAccounts();
        references.checkServices();
        references.checkThatNoSecretIsShipped();
        return references.problems;
    }

    private void checkPod(Pod pod) {
        Set<String> volumes = each(pod.spec().path("volumes"))
                .map(volume -> volume.path("name").asText())
                .collect(Collectors.toSet());
        if (pod.owner().startsWith("StatefulSet ")) {
            ObjectNode set = manifests.one("StatefulSet", pod.owner().substring("StatefulSet ".length()));
            each(set.at("/spec/volumeClaimTemplates")).forEach(claim -> volumes.add(nameOf(claim)));
        }
        each(pod.spec().path("volumes"))
                .filter(volume -> volume.has("configMap"))
                .map(volume -> volume.at("/configMap/name").asText())
                .filter(name -> !manifests.has("ConfigMap", name))
                .forEach(name -> problems.add(pod.owner() + ": there is no ConfigMap " + name));
        Set<String> mounted = pod.containers()
                .flatMap(container -> each(container.path("volumeMounts")))
                .map(mount -> mount.path("name").asText())
                .collect(Collectors.toSet());
        mounted.stream()
                .filter(name -> !volumes.contains(name))
                .forEach(name -> problems.add(pod.owner() + ": mounts a volume that is not there: " + name));
        volumes.stream()
                .filter(name -> !mounted.contains(name))
                .forEach(name -> problems.add(pod.owner() + ": a volume is not mounted: " + name));
        pod.containers().forEach(container -> checkContainer(pod, container));
        pod.containers()
                .flatMap(container -> each(container.path("volumeMounts")))
                .filter(mount -> mount.has("subPath") || mount.has("subPathExpr"))
                .forEach(mount -> problems.add(pod.owner() + ": what is mounted by subPath never changes: "
                        + mount.path("mountPath").asText()));
    }

    private void checkContainer(Pod pod, JsonNode container) {
        Set<String> ports = each(container.path("ports"))
                .map(port -> port.path("name").asText())
                .collect(Collectors.toSet());
        Stream.of("startupProbe", "livenessProbe", "readinessProbe")
                .map(probe -> container.path(probe).at("/httpGet/port"))
                .filter(port -> port.isTextual() && !ports.contains(port.asText()))
                .forEach(port -> problems.add(pod.owner() + ": a probe names an unknown port: " + port.asText()));
        JsonNode security = container.path("securityContext");
        if (!pod.spec().at("/securityContext/runAsNonRoot").asBoolean()
                || security.path("allowPrivilegeEscalation").asBoolean(true)
                || !security.at("/capabilities/drop").toString().equals("[\"ALL\"]")) {
            problems.add(pod.owner() + ": does not run without root's rights");
        }
    }

    private void checkSelectors() {
        for (ObjectNode set : manifests.all("StatefulSet")) {
            requirePod(set, "/spec/selector/matchLabels", pod -> pod.owner().equals("StatefulSet " + nameOf(set)));
            if (!manifests.has("Service", set.at("/spec/serviceName").asText())) {
                problems.add("StatefulSet " + nameOf(set) + ": there is no Service "
                        + set.at("/spec/serviceName").asText());
            }
        }
        manifests.all("Service").forEach(service -> requirePod(service, "/spec/selector", pod -> true));
        manifests
                .all("NetworkPolicy")
                .forEach(policy -> requirePod(policy, "/spec/podSelector/matchLabels", p -> true));
        manifests
                .all("PodDisruptionBudget")
                .forEach(budget -> requirePod(budget, "/spec/selector/matchLabels", pod -> true));
    }

    private void requirePod(ObjectNode object, String selector, java.util.function.Predicate<Pod> which) {
        if (manifests.pods().stream().noneMatch(pod -> which.test(pod) && pod.answersTo(object.at(selector)))) {
            problems.add("%s %s: selects no pod with %s"
                    .formatted(object.path("kind").asText(), nameOf(object), object.at(selector)));
        }
    }

    private void checkAccounts() {
        Stream<String> named = Stream.of(
                        manifests.all("StatefulSet").stream()
                                .map(set -> set.at("/spec/template/spec/serviceAccountName")),
                        manifests.all("CronJob").stream()
                                .map(job -> job.at("/spec/jobTemplate/spec/template/spec/serviceAccountName")),
                        manifests.all("FlinkDeployment").stream().map(flink -> flink.at("/spec/serviceAccount")),
                        manifests.all("RoleBinding").stream()
                                .flatMap(binding -> each(binding.path("subjects")))
                                .map(subject -> subject.path("name")))
                .flatMap(names -> names)
                .map(JsonNode::asText);
        named.filter(name -> !manifests.has("ServiceAccount", name))
                .forEach(name -> problems.add("there is no ServiceAccount " + name));
        manifests.all("RoleBinding").stream()
                .map(binding -> binding.at("/roleRef/name").asText())
                .filter(name -> !manifests.has("Role", name))
                .forEach(name -> problems.add("there is no Role " + name));
        String flinkAccount = manifests.flink().at("/spec/serviceAccount").asText();
        if (manifests.all("RoleBinding").stream()
                .flatMap(binding -> each(binding.path("subjects")))
                .noneMatch(subject -> subject.path("name").asText().equals(flinkAccount))) {
            problems.add("no Role is bound to Flink's ServiceAccount " + flinkAccount);
        }
    }

    private void checkServices() {
        for (ObjectNode service : manifests.all("Service")) {
            Set<String> ports = manifests.pods().stream()
                    .filter(pod -> pod.answersTo(service.at("/spec/selector")))
                    .flatMap(Pod::containers)
                    .flatMap(container -> each(container.path("ports")))
                    .flatMap(port -> Stream.of(
                            port.path("name").asText(),
                            port.path("containerPort").asText()))
                    .collect(Collectors.toSet());
            each(service.at("/spec/ports"))
                    .map(port -> port.path("targetPort").asText())
                    .filter(target -> !ports.contains(target))
                    .forEach(target -> problems.add("Service " + nameOf(service) + ": no pod has the port " + target));
        }
    }

    /** Secrets are made by whoever deploys; a manifest only names them, and a setting never holds one. */
    private void checkThatNoSecretIsShipped() {
        manifests.all("Secret").forEach(secret -> problems.add("a Secret is shipped: " + nameOf(secret)));
        for (Pod pod : manifests.pods()) {
            SecretFiles files = SecretFiles.of(pod);
            pod.containers()
                    .flatMap(container -> each(container.path("env")))
                    .filter(variable -> variable.path("name").asText().matches(".*(KEY|SECRET|TOKEN|PASSWORD).*"))
                    .filter(variable -> !variable.at("/valueFrom/secretKeyRef").isObject())
                    .filter(variable -> !files.has(variable.path("value").asText()))
                    .forEach(variable -> problems.add(
                            "not taken from a Secret: " + variable.path("name").asText()));
        }
        manifests.flink().at("/spec/flinkConfiguration").properties().stream()
                .filter(setting -> setting.getKey().matches(".*(access-key|access\\.key|secret|password|token).*"))
                .forEach(setting -> problems.add("a secret among Flink's settings: " + setting.getKey()));
    }
}

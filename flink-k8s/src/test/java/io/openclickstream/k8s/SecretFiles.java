package io.openclickstream.k8s;

import static io.openclickstream.k8s.Manifests.each;

import com.fasterxml.jackson.databind.JsonNode;
import io.openclickstream.k8s.Manifests.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in for the files that a pod gets from Secrets: options that name one are rewritten to name a file of this machine.
 *
 * @param byMount the file here for each path at which a Secret is mounted
 */
record SecretFiles(Map<String, String> byMount) {
    /** Any readable file; most options only look whether it can be read. */
    private static final String SOME_FILE = Manifests.MODULE.resolve("pom.xml").toString();

    private static final String PSEUDONYM_KEYS = "clickstream-pseudonym-keys";
    private static final int SECRET_BYTES = 32;

    static SecretFiles of(Pod pod) {
        Map<String, String> secrets = new HashMap<>();
        each(pod.spec().path("volumes"))
                .filter(volume -> volume.has("secret"))
                .forEach(volume -> secrets.put(
                        volume.path("name").asText(),
                        volume.at("/secret/secretName").asText()));
        Map<String, String> byMount = new HashMap<>();
        pod.containers()
                .flatMap(container -> each(container.path("volumeMounts")))
                .filter(mount -> secrets.containsKey(mount.path("name").asText()))
                .forEach(mount -> byMount.put(
                        mount.path("mountPath").asText(),
                        fileOf(secrets.get(mount.path("name").asText()))));
        return new SecretFiles(Map.copyOf(byMount));
    }

    private static String fileOf(String secret) {
        return secret.equals(PSEUDONYM_KEYS) ? KeysFile.PATH : SOME_FILE;
    }

    /** Whether a path lies where a Secret is mounted. */
    boolean has(String path) {
        return byMount.keySet().stream().anyMatch(mount -> path.startsWith(mount + "/"));
    }

    /** The text of an options file. */
    String here(String options) {
        String here = options;
        for (var mount : byMount.entrySet()) {
            Pattern file = Pattern.compile("=" + Pattern.quote(mount.getKey()) + "/[^/\\s]+");
            here = file.matcher(here).replaceAll("=" + Matcher.quoteReplacement(mount.getValue()));
        }
        return here;
    }

    /** Options in the environment. */
    Map<String, String> here(Map<String, String> environment) {
        Map<String, String> here = new HashMap<>();
        environment.forEach((name, value) -> here.put(name, here("=" + value).substring(1)));
        return here;
    }

    /** Keys that nobody else has, in the form that docs/pseudonyms.md shows. */
    private static final class KeysFile {
        static final String PATH = write();

        private static String write() {
            JsonNode key = Manifests.JSON
                    .createObjectNode()
                    .put("id", "first")
                    .put("from", "2026-01-01T00:00:00Z")
                    .put("secret", secret());
            var keys = Manifests.JSON.createObjectNode().put("grouping", secret());
            keys.putArray("keys").add(key);
            try {
                Path file = Files.createTempFile("pseudonym-keys", ".json");
                file.toFile().deleteOnExit();
                return Files.writeString(file, keys.toString()).toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String secret() {
            byte[] bytes = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(bytes);
            return Base64.getEncoder().encodeToString(bytes);
        }
    }
}

package io.openclickstream.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Checks that every Flink setting exists in Flink's code and can be read, and that all JVM flags are there. */
final class FlinkSettings {
    private static final Pattern REPORTER = Pattern.compile("metrics\\.reporter\\.([a-z]+)\\.(.+)");
    private static final Map<String, ConfigOption<?>> KNOWN = knownOptions();

    private FlinkSettings() {}

    static List<String> problems(Manifests manifests) {
        Map<String, String> settings = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, JsonNode> setting :
                manifests.flink().at("/spec/flinkConfiguration").properties()) {
            if (!setting.getValue().isTextual()) {
                problems.add("not a string: " + setting.getKey());
            }
            settings.put(setting.getKey(), setting.getValue().asText());
        }
        settings.forEach((key, value) -> {
            Matcher reporter = REPORTER.matcher(key);
            if (reporter.matches()) {
                problems.addAll(reporterProblems(settings, key, reporter, value));
            } else if (key.startsWith("s3.")) {
                if (!isS3aSetting("fs.s3a." + key.substring("s3.".length()))) {
                    problems.add("the S3 file system has no setting " + key);
                }
            } else if (!KNOWN.containsKey(key)) {
                problems.add("Flink has no setting " + key);
            } else {
                problems.addAll(readProblems(key, value));
            }
        });
        problems.addAll(jvmFlagProblems(settings.getOrDefault("env.java.opts.all", "")));
        return problems;
    }

    private static List<String> readProblems(String key, String value) {
        Configuration configuration = new Configuration();
        configuration.setString(key, value);
        try {
            configuration.get(KNOWN.get(key));
            return List.of();
        } catch (IllegalArgumentException e) {
            return List.of("Flink cannot read " + key + "=" + value + ": " + e.getMessage());
        }
    }

    private static List<String> reporterProblems(
            Map<String, String> settings, String key, Matcher reporter, String value) {
        if (!List.of(settings.getOrDefault("metrics.reporters", "").split(",", -1))
                .contains(reporter.group(1))) {
            return List.of("metrics.reporters does not name the reporter of " + key);
        }
        if (reporter.group(2).equals("factory.class")) {
            return isReporterFactory(value) ? List.of() : List.of("not a metric reporter: " + value);
        }
        boolean port = reporter.group(2).equals("port")
                && settings.getOrDefault("metrics.reporter." + reporter.group(1) + ".factory.class", "")
                        .equals(PrometheusReporterFactory.class.getName())
                && value.matches("\\d{1,5}");
        return port ? List.of() : List.of("the reporter has no setting " + key + "=" + value);
    }

    private static boolean isReporterFactory(String className) {
        try {
            return MetricReporterFactory.class.isAssignableFrom(Class.forName(className));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Root jvm.options is the one place that names the flags; a container cannot read it, so the manifest repeats it. */
    private static List<String> jvmFlagProblems(String flags) {
        List<String> given = List.of(flags.strip().split("\\s+"));
        try {
            return Files.readAllLines(Manifests.MODULE.resolve("../jvm.options")).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .filter(line -> !given.contains(line))
                    .map(line -> "env.java.opts.all lacks " + line)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isS3aSetting(String key) {
        try {
            Class<?> constants =
                    Class.forName("org.apache.hadoop.fs.s3a.Constants", false, FlinkSettings.class.getClassLoader());
            for (Field field : constants.getFields()) {
                if (field.getType() == String.class && key.equals(field.get(null))) {
                    return true;
                }
            }
            return false;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The S3 file system plugin has no Constants", e);
        }
    }

    private static Map<String, ConfigOption<?>> knownOptions() {
        Map<String, ConfigOption<?>> known = new HashMap<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.startsWith("flink-") && name.endsWith(".jar")) {
                addOptionsOf(entry, known);
            }
        }
        return known;
    }

    private static void addOptionsOf(String jarFile, Map<String, ConfigOption<?>> known) {
        try (JarFile jar = new JarFile(jarFile)) {
            jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.matches("org/apache/flink/[^$]*Options(Internal)?\\.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .forEach(className -> addOptionsOf(className, known, jarFile));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addOptionsOf(String className, Map<String, ConfigOption<?>> known, String jarFile) {
        try {
            for (Field field : Class.forName(className).getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())
                        && Modifier.isPublic(field.getModifiers())
                        && ConfigOption.class.isAssignableFrom(field.getType())) {
                    ConfigOption<?> option = (ConfigOption<?>) field.get(null);
                    known.put(option.key(), option);
                    for (FallbackKey key : option.fallbackKeys()) {
                        if (!key.isDeprecated()) {
                            known.put(key.getKey(), option);
                        }
                    }
                }
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            // A class that needs more than its own jar defines no setting that we could use.
            assert !className.startsWith("org.apache.flink.configuration.") : jarFile + " " + className + " " + e;
        }
    }
}

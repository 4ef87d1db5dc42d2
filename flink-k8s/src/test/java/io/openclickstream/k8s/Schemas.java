package io.openclickstream.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks every object against the schema of its kind, refusing each field that the schema does not know. */
final class Schemas {
    /** Throws when an element is not of its kind. */
    private interface Check {
        void check(JsonElement element) throws IOException;
    }

    private record Kind(String apiVersion, Class<?> model, Check check) {}

    private static final Map<String, Kind> CORE = Map.of(
            "ConfigMap", new Kind("v1", V1ConfigMap.class, V1ConfigMap::validateJsonElement),
            "Service", new Kind("v1", V1Service.class, V1Service::validateJsonElement),
            "ServiceAccount", new Kind("v1", V1ServiceAccount.class, V1ServiceAccount::validateJsonElement),
            "StatefulSet", new Kind("apps/v1", V1StatefulSet.class, V1StatefulSet::validateJsonElement),
            "Role", new Kind("rbac.authorization.k8s.io/v1", V1Role.class, V1Role::validateJsonElement),
            "RoleBinding",
                    new Kind("rbac.authorization.k8s.io/v1", V1RoleBinding.class, V1RoleBinding::validateJsonElement),
            "NetworkPolicy",
                    new Kind("networking.k8s.io/v1", V1NetworkPolicy.class, V1NetworkPolicy::validateJsonElement),
            "CronJob", new Kind("batch/v1", V1CronJob.class, V1CronJob::validateJsonElement),
            "PodDisruptionBudget",
                    new Kind("policy/v1", V1PodDisruptionBudget.class, V1PodDisruptionBudget::validateJsonElement));

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String CRD = "flinkdeployments.flink.apache.org-v1.yml";
    private static final List<JsonSchema> FLINK = flinkSchemas();

    static {
        new JSON(); // builds the reader that getGson() hands out
    }

    private Schemas() {}

    static List<String> problems(Manifests manifests) {
        List<String> problems = new ArrayList<>();
        for (ObjectNode object : manifests.objects()) {
            String kind = object.path("kind").asText();
            String name = kind + " " + Manifests.nameOf(object);
            if (kind.equals("FlinkDeployment")) {
                for (JsonSchema schema : FLINK) {
                    for (ValidationMessage message : schema.validate(object)) {
                        problems.add(name + ": " + message.getMessage());
                    }
                }
                read(object.at("/spec/podTemplate"), V1PodTemplateSpec.class, V1PodTemplateSpec::validateJsonElement)
                        .forEach(problem -> problems.add(name + " podTemplate: " + problem));
            } else if (CORE.containsKey(kind)) {
                Kind expected = CORE.get(kind);
                if (!object.path("apiVersion").asText().equals(expected.apiVersion())) {
                    problems.add(name + ": apiVersion is not " + expected.apiVersion());
                }
                read(object, expected.model(), expected.check())
                        .forEach(problem -> problems.add(name + ": " + problem));
            } else {
                problems.add(name + ": no schema is known for this kind");
            }
        }
        return problems;
    }

    private static List<String> read(JsonNode object, Class<?> model, Check check) {
        try {
            JsonElement element = JsonParser.parseString(object.toString());
            check.check(element);
            // Finds wrong types, which the check above lets pass.
            return JSON.getGson().fromJson(element, model) == null ? List.of("is empty") : List.of();
        } catch (IOException | RuntimeException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    /** The operator's released schema, and the one of its main branch where it lies beside the checkout. */
    private static List<JsonSchema> flinkSchemas() {
        List<JsonSchema> schemas = new ArrayList<>();
        try (InputStream released = Schemas.class.getResourceAsStream("/META-INF/fabric8/" + CRD)) {
            if (released == null) {
                throw new IllegalStateException("flink-kubernetes-operator-api has no " + CRD);
            }
            ObjectNode schema = openApiSchema(YAML.readTree(released));
            // This release ends at v1_20; an operator that runs Flink 2.3 is newer.
            ((ObjectNode) schema.at("/properties/spec/properties/flinkVersion")).remove("enum");
            schemas.add(compile(schema));
            Path main = Manifests.MODULE
                    .resolve("../../shared/crds/flink-operator-main")
                    .resolve(CRD);
            if (Files.exists(main)) {
                schemas.add(compile(openApiSchema(YAML.readTree(main.toFile()))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return schemas;
    }

    private static ObjectNode openApiSchema(JsonNode crd) {
        for (JsonNode version : crd.at("/spec/versions")) {
            if (version.path("name").asText().equals("v1beta1")) {
                return (ObjectNode) version.at("/schema/openAPIV3Schema");
            }
        }
        throw new IllegalStateException("The CRD has no version v1beta1");
    }

    private static JsonSchema compile(ObjectNode schema) {
        ObjectNode properties = (ObjectNode) schema.get("properties");
        properties.putObject("apiVersion").put("const", "flink.apache.org/v1beta1");
        properties.putObject("kind").put("const", "FlinkDeployment");
        properties.putObject("metadata").put("x-kubernetes-preserve-unknown-fields", true);
        close(schema);
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema);
    }

    /** Refuses unknown fields in every object that has named ones, unless the schema itself keeps them. */
    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            boolean open = object.path("x-kubernetes-preserve-unknown-fields").asBoolean()
                    || object.has("additionalProperties");
            if (!open && object.path("properties").isObject()) {
                object.put("additionalProperties", false);
            }
            object.properties().forEach(each -> close(each.getValue()));
        } else if (schema instanceof ArrayNode array) {
            array.forEach(Schemas::close);
        }
    }
}

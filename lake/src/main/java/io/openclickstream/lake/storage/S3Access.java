package io.openclickstream.lake.storage;

import java.io.Serializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an object store is reached. What is null is found as Amazon's SDK finds it: in the environment, the profile of the
 * user, or the role of the machine or pod.
 *
 * @param endpoint of a store that is not Amazon's
 * @param hasPathStyle whether the bucket stands in the path and not in the host's name
 * @param secretKey never shown
 */
public record S3Access(
        @Nullable String endpoint,
        @Nullable String region,
        boolean hasPathStyle,
        @Nullable String accessKey,
        @Nullable String secretKey)
        implements Serializable {

    /** All as Amazon's SDK finds it. */
    public static final S3Access DEFAULT = new S3Access(null, null, false, null, null);

    /** From settings named as Flink's own for S3, such as {@code s3.endpoint}; those of another name are left out. */
    public static S3Access of(Map<String, String> settings) {
        return new S3Access(
                settings.get("s3.endpoint"),
                settings.get("s3.endpoint.region"),
                Boolean.parseBoolean(first(settings, "s3.path.style.access", "s3.path-style-access")),
                first(settings, "s3.access-key", "s3.access.key"),
                first(settings, "s3.secret-key", "s3.secret.key"));
    }

    private static @Nullable String first(Map<String, String> settings, String name, String otherName) {
        return settings.getOrDefault(name, settings.get(otherName));
    }

    @Override
    public String toString() {
        return "S3Access[endpoint=%s, region=%s, hasPathStyle=%s, accessKey=%s]"
                .formatted(endpoint, region, hasPathStyle, accessKey);
    }
}

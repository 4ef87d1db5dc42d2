package io.openclickstream.pipeline.savepoint;

import io.openclickstream.lake.storage.S3Access;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;
import org.jspecify.annotations.Nullable;

/**
 * Where savepoints are read from: disks, and every store for which Flink finds a plugin, in the folder that {@code
 * FLINK_PLUGINS_DIR} names as for Flink itself.
 */
final class SavepointStore {
    private SavepointStore() {}

    /** From now on this process reaches object stores in this way. */
    static void use(S3Access s3) {
        Configuration settings = settings(s3);
        FileSystem.initialize(settings, PluginUtils.createPluginManagerFromRootFolder(settings));
    }

    /** In Flink's own names. What is not given is left out, and then found as Amazon's SDK finds it. */
    static Configuration settings(S3Access s3) {
        Configuration settings = new Configuration();
        set(settings, "s3.endpoint", s3.endpoint());
        set(settings, "s3.endpoint.region", s3.region());
        set(settings, "s3.access-key", s3.accessKey());
        set(settings, "s3.secret-key", s3.secretKey());
        if (s3.hasPathStyle()) {
            settings.setString("s3.path.style.access", "true");
        }
        // Somebody waits in front of a terminal; a job has more patience with its store.
        settings.setString("s3.attempts.maximum", "3");
        settings.setString("s3.retry.limit", "3");
        return settings;
    }

    private static void set(Configuration settings, String name, @Nullable String value) {
        if (value != null) {
            settings.setString(name, value);
        }
    }
}

package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.options.Mistakes;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** How a program's options name a lake; the job's have the same names. */
record LakeAccess(String uri, String catalog, @Nullable Path catalogProperties, S3Access s3) {
    void check(Mistakes wrong) {
        wrong.require(
                isLake(uri),
                "lake.uri",
                "is not where a lake can be. Write for example s3://clicks/lake or file:/lake");
        wrong.require(
                catalog.equals(LakeSettings.EMBEDDED) || catalog.matches("jdbc:(sqlite|postgresql):.+|https?://.+"),
                "lake.catalog",
                "is none that is known. Use embedded, jdbc:postgresql://HOST/DATABASE, jdbc:sqlite:FILE or"
                        + " https://HOST/PATH");
        wrong.require(
                catalogProperties == null || Files.isReadable(catalogProperties),
                "lake.catalog-properties",
                "cannot be read. Give a readable file of name=value lines");
    }

    private static boolean isLake(String uri) {
        try {
            URI lake = URI.create(uri);
            return switch (lake.getScheme() == null ? "" : lake.getScheme()) {
                case "file" -> lake.getPath() != null;
                case "s3", "s3a" -> lake.getHost() != null || lake.getAuthority() != null;
                default -> false;
            };
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    LakeSettings settings() throws IOException {
        Map<String, String> properties = new HashMap<>();
        if (catalogProperties != null) {
            try (Reader file = Files.newBufferedReader(catalogProperties)) {
                Properties all = new Properties();
                all.load(file);
                all.stringPropertyNames().forEach(name -> properties.put(name, all.getProperty(name)));
            }
        }
        return new LakeSettings(uri, catalog, properties, s3);
    }
}

package io.openclickstream.lake;

import io.openclickstream.lake.storage.S3Access;
import java.io.Serializable;
import java.net.URI;
import java.util.Map;

/**
 * Which lake, and who keeps the list of its tables.
 *
 * @param root URI of the lake's folder
 * @param catalog {@link #EMBEDDED}, a URL of JDBC, or the http(s) address of a REST catalog
 * @param catalogProperties what that catalog needs besides, such as {@code jdbc.user} and {@code jdbc.password}, or
 *     {@code token}; never shown
 */
public record LakeSettings(String root, String catalog, Map<String, String> catalogProperties, S3Access s3)
        implements Serializable {
    /** The catalog in folders of the lake itself. */
    public static final String EMBEDDED = "embedded";

    public LakeSettings {
        root = withoutSlash(root);
        catalogProperties = Map.copyOf(catalogProperties);
    }

    /** A lake with the catalog that needs no service. */
    public static LakeSettings embedded(String root, S3Access s3) {
        return new LakeSettings(root, EMBEDDED, Map.of(), s3);
    }

    /** The lake's folder. */
    public URI rootUri() {
        return URI.create(root);
    }

    /** The location of a folder or file of the lake. */
    public String location(String path) {
        return root + "/" + path;
    }

    private static String withoutSlash(String uri) {
        return uri.endsWith("/") ? withoutSlash(uri.substring(0, uri.length() - 1)) : uri;
    }

    @Override
    public String toString() {
        return "LakeSettings[root=%s, catalog=%s]".formatted(root, catalog);
    }
}

package io.openclickstream.load.sidebyside;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Secrets for pseudonyms that nobody has seen before and nobody keeps. Two keys, as in the middle of a rotation. */
final class PseudonymKeysOfRun {
    private static final int SECRET_BYTES = 32;

    private PseudonymKeysOfRun() {}

    /** A file of them for this process. */
    static Path write() throws IOException {
        Path file = Files.createTempFile("pseudonym-keys", ".json");
        file.toFile().deleteOnExit();
        Map<String, Object> keys = Map.of(
                "grouping",
                secret(),
                "keys",
                List.of(key("first", Instant.EPOCH), key("next", SideBySide.FIRST_CLICK)));
        return Files.writeString(file, new JsonMapper().writeValueAsString(keys));
    }

    private static Map<String, String> key(String id, Instant from) {
        return Map.of("id", id, "from", from.toString(), "secret", secret());
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}

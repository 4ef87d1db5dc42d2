package io.openclickstream.flight.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.schemas.JsonPlace;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file of principals, described in docs/security.md. It holds digests of tokens, no tokens. What is wrong is
 * said with the principal's name or place, never with a digest.
 */
public final class PrincipalFile {
    private static final Set<String> FIELDS =
            Set.of("name", "roles", "sites", "token_sha256", "certificates", "expires", "quota");
    private static final Set<String> QUOTA_FIELDS =
            Set.of("streams", "bytes_per_second", "memory_bytes", "request_bytes");
    private static final int MAX_SITES = 256;
    private static final int MAX_REQUEST_BYTES = 256 << 10;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Quota defaults;

    /** @param defaults what a principal may use for whom the file says nothing else */
    public PrincipalFile(Quota defaults) {
        this.defaults = defaults;
    }

    /**
     * Reads the content.
     *
     * @throws IllegalArgumentException when it is not as described
     */
    public KnownPrincipals parse(byte[] content) {
        JsonNode whole;
        try {
            whole = JSON.readTree(content);
        } catch (JsonProcessingException e) {
            throw wrong("it is no JSON" + JsonPlace.of(e));
        } catch (IOException e) {
            throw wrong("it is no JSON");
        }
        if (!whole.isObject() || whole.size() != 1 || !whole.path("principals").isArray()) {
            throw wrong("it is no object with one field, the list 'principals'");
        }
        var known = new KnownPrincipals.Builder();
        Set<String> names = new HashSet<>();
        int place = 0;
        for (JsonNode entry : whole.path("principals")) {
            place++;
            String name = entry.path("name").asText();
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,62}") || !names.add(name)) {
                throw wrong("principal %d has no 'name' of its own, of letters, digits, and . _ @ -".formatted(place));
            }
            try {
                add(entry, name, known);
            } catch (IllegalArgumentException | DateTimeException e) {
                throw wrong("principal '%s': %s".formatted(name, e.getMessage()));
            }
        }
        return known.build();
    }

    private void add(JsonNode entry, String name, KnownPrincipals.Builder known) {
        onlyFields(entry, FIELDS);
        Set<Role> roles = new HashSet<>();
        texts(entry, "roles").forEach(role -> roles.add(Role.of(role)));
        List<String> sites = texts(entry, "sites");
        if (roles.isEmpty()) {
            throw wrong("it has no 'roles'; give one or more of reader, writer, replica, admin");
        }
        if (roles.contains(Role.READER) && sites.isEmpty()) {
            throw wrong("it reads and has no 'sites'; give their names, or [\"*\"] for all");
        }
        if (sites.size() > MAX_SITES) {
            throw wrong("it has more than %d 'sites'".formatted(MAX_SITES));
        }
        if (roles.contains(Role.REPLICA) && !sites.isEmpty() && !Sites.of(sites).all()) {
            throw wrong("it is a replica, which gets the rows of all sites; leave 'sites' out, or give [\"*\"]");
        }
        boolean everywhere = (roles.contains(Role.ADMIN) || roles.contains(Role.REPLICA)) && sites.isEmpty();
        var principal = new Principal(
                name,
                roles,
                everywhere ? Sites.ALL : Sites.of(sites),
                quota(entry.path("quota")),
                instant(entry.path("expires")));
        List<String> digests = texts(entry, "token_sha256");
        List<String> certificates = texts(entry, "certificates");
        if (digests.isEmpty() && certificates.isEmpty()) {
            throw wrong("it has neither 'token_sha256' nor 'certificates', so nobody can sign in as it");
        }
        for (String digest : digests) {
            if (!digest.matches("[0-9a-fA-F]{64}")) {
                throw wrong("a 'token_sha256' is not 64 hexadecimal digits");
            }
            known.token(digest.toLowerCase(Locale.ROOT), principal);
        }
        for (String subject : certificates) {
            known.certificate(new X500Principal(subject), principal);
        }
    }

    private Quota quota(JsonNode quota) {
        if (quota.isMissingNode()) {
            return defaults;
        }
        onlyFields(quota, QUOTA_FIELDS);
        return new Quota(
                (int) number(quota, "streams", defaults.streams(), Integer.MAX_VALUE),
                number(quota, "bytes_per_second", defaults.bytesPerSecond(), Long.MAX_VALUE),
                number(quota, "memory_bytes", defaults.memoryBytes(), Long.MAX_VALUE),
                (int) number(quota, "request_bytes", defaults.requestBytes(), MAX_REQUEST_BYTES));
    }

    private static long number(JsonNode object, String field, long otherwise, long most) {
        JsonNode value = object.path(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.canConvertToLong() || !value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > most) {
            throw wrong("quota '%s' is not a whole number of 1 to %d".formatted(field, most));
        }
        return value.asLong();
    }

    private static @Nullable Instant instant(JsonNode value) {
        if (value.isMissingNode()) {
            return null;
        }
        try {
            return Instant.parse(value.asText());
        } catch (DateTimeException e) {
            throw wrong("'expires' is not a time such as 2026-12-31T00:00:00Z");
        }
    }

    private static List<String> texts(JsonNode entry, String field) {
        JsonNode array = entry.path(field);
        List<String> texts = new ArrayList<>();
        if (array.isMissingNode()) {
            return texts;
        }
        if (!array.isArray()) {
            throw wrong("'%s' is not a list of texts".formatted(field));
        }
        for (JsonNode text : array) {
            if (!text.isTextual() || text.asText().isEmpty()) {
                throw wrong("'%s' is not a list of texts".formatted(field));
            }
            texts.add(text.asText());
        }
        return texts;
    }

    private static void onlyFields(JsonNode object, Set<String> fields) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            if (!fields.contains(names.next())) {
                throw wrong("it has a field that is none of "
                        + String.join(", ", fields.stream().sorted().toList()));
            }
        }
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what);
    }
}

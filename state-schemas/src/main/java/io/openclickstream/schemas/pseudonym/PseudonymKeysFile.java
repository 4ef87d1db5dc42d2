package io.openclickstream.schemas.pseudonym;

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
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file of keys, described in docs/pseudonyms.md, and finds all that is wrong with it. What is wrong is said with
 * the key's name or place, never with what stands there: it may be a secret.
 */
public final class PseudonymKeysFile {
    /** A longer file is none of keys. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MIN_SECRET_BYTES = 32;
    private static final int MAX_KEYS = 1_000;
    private static final Set<String> FIELDS = Set.of("grouping", "keys");
    private static final Set<String> KEY_FIELDS = Set.of("id", "from", "secret");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final List<String> mistakes = new ArrayList<>();
    /** By the secret's fingerprint, whose it is. */
    private final Map<String, String> owners = new HashMap<>();

    private PseudonymKeysFile() {}

    /**
     * Reads the content.
     *
     * @throws WrongKeysException when it is not as described; names every mistake
     */
    public static PseudonymKeys parse(byte[] content) throws WrongKeysException {
        return new PseudonymKeysFile().keys(json(content));
    }

    private static JsonNode json(byte[] content) throws WrongKeysException {
        String where = "";
        try {
            JsonNode whole = JSON.readTree(content);
            if (whole != null && whole.isObject()) {
                return whole;
            }
        } catch (JsonProcessingException e) {
            where = JsonPlace.of(e);
        } catch (IOException e) {
            where = "";
        }
        throw new WrongKeysException(
                List.of("it is no JSON object%s. Write {\"grouping\": SECRET, \"keys\": [...]}".formatted(where)));
    }

    private PseudonymKeys keys(JsonNode whole) throws WrongKeysException {
        onlyFields(whole, "the file", FIELDS);
        byte[] grouping = secret(whole.path("grouping"), "'grouping'", "it");
        JsonNode list = whole.path("keys");
        List<PseudonymKey> keys = new ArrayList<>();
        if (!list.isArray() || list.isEmpty() || list.size() > MAX_KEYS) {
            mistakes.add("'keys' is no list of 1 to %d keys".formatted(MAX_KEYS));
        } else {
            for (int i = 0; i < list.size(); i++) {
                PseudonymKey key = key(list.get(i), "key %d".formatted(i + 1));
                if (key != null) {
                    keys.add(key);
                }
            }
        }
        keys.sort(Comparator.comparingLong(PseudonymKey::fromMillis));
        for (int i = 1; i < keys.size(); i++) {
            if (keys.get(i).fromMillis() == keys.get(i - 1).fromMillis()) {
                mistakes.add("keys '%s' and '%s' begin at the same moment. Give each a 'from' of its own"
                        .formatted(keys.get(i - 1).id(), keys.get(i).id()));
            }
        }
        for (String id : keys.stream().map(PseudonymKey::id).distinct().toList()) {
            if (keys.stream().filter(key -> key.id().equals(id)).count() > 1) {
                mistakes.add("several keys are called '%s'. Give each an 'id' of its own".formatted(id));
            }
        }
        if (!mistakes.isEmpty() || grouping == null) {
            throw new WrongKeysException(mistakes);
        }
        return new PseudonymKeys(grouping, keys);
    }

    /** Null when it cannot be used. */
    private @Nullable PseudonymKey key(JsonNode entry, String place) {
        int before = mistakes.size();
        if (!entry.isObject()) {
            mistakes.add(place + " is no object with id, from and secret");
            return null;
        }
        String id = entry.path("id").asText();
        boolean isNamed = entry.path("id").isTextual() && id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
        String name = isNamed ? "key '%s'".formatted(id) : place;
        if (!isNamed) {
            mistakes.add(place + " has no 'id' of at most 63 letters, digits and . _ -");
        }
        onlyFields(entry, name, KEY_FIELDS);
        Long from = moment(entry.path("from"), name);
        byte[] secret = secret(entry.path("secret"), name + ", 'secret',", name);
        return mistakes.size() > before || from == null || secret == null ? null : new PseudonymKey(id, from, secret);
    }

    private @Nullable Long moment(JsonNode value, String name) {
        try {
            return Instant.parse(value.asText()).toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            mistakes.add(name + " has no 'from' such as 2026-12-01T00:00:00Z");
            return null;
        }
    }

    private byte @Nullable [] secret(JsonNode value, String what, String owner) {
        byte[] secret;
        try {
            secret = value.isTextual() ? Base64.getDecoder().decode(value.asText()) : new byte[0];
        } catch (IllegalArgumentException e) {
            secret = new byte[0];
        }
        if (secret.length < MIN_SECRET_BYTES) {
            mistakes.add("%s is no base64 of at least %d bytes. Make one with: openssl rand -base64 32"
                    .formatted(what, MIN_SECRET_BYTES));
            return null;
        }
        String same = owners.putIfAbsent(Pseudonyms.fingerprint(secret), owner.equals("it") ? "'grouping'" : owner);
        if (same != null) {
            mistakes.add("%s is the same secret as that of %s. Make one of its own".formatted(what, same));
        }
        return secret;
    }

    private void onlyFields(JsonNode object, String name, Set<String> fields) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            if (!fields.contains(names.next())) {
                mistakes.add("%s has a field that is none of %s"
                        .formatted(
                                name, String.join(", ", fields.stream().sorted().toList())));
            }
        }
    }
}

package io.openclickstream.quickstart.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Small HTTP calls to the platform's own processes, each bounded in time. */
final class Http {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    /** The status of a GET; empty when nobody answers. */
    Optional<Integer> status(URI uri) throws InterruptedException {
        try {
            return Optional.of(client.send(request(uri).GET().build(), BodyHandlers.discarding())
                    .statusCode());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The JSON that a GET answers with. */
    JsonNode get(URI uri) throws IOException, InterruptedException {
        return json(uri, client.send(request(uri).GET().build(), BodyHandlers.ofString()));
    }

    /** The JSON that a POST answers with. */
    JsonNode post(URI uri, JsonNode body) throws IOException, InterruptedException {
        HttpRequest request = request(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return json(uri, client.send(request, BodyHandlers.ofString()));
    }

    private static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(BOUND);
    }

    private static JsonNode json(URI uri, HttpResponse<String> response) throws IOException {
        if (response.statusCode() >= 300) {
            throw new IOException("%s answered %d: %.300s".formatted(uri, response.statusCode(), response.body()));
        }
        return JSON.readTree(response.body());
    }
}

package io.openclickstream.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A real headless Chromium with one page, driven over its DevTools protocol: the environment's
 * {@code CLICKSTREAM_CHROMIUM}, else {@code chromium}. Tests are skipped where there is none, but not on CI.
 */
final class Browser implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private WebSocket socket;
    private int calls;

    private Browser(Process process) {
        this.process = process;
    }

    static void require() throws Exception {
        String missing = "";
        try {
            Process process = new ProcessBuilder(program(), "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            missing = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? ""
                    : "it does not tell its version";
        } catch (IOException e) {
            missing = String.valueOf(e.getMessage());
        }
        String message = "%s cannot be run (%s). Install Chromium, or point CLICKSTREAM_CHROMIUM at it."
                .formatted(program(), missing);
        if ("true".equals(System.getenv("CI"))) {
            assertThat(missing).as(message).isEmpty();
        }
        Assumptions.assumeTrue(missing.isEmpty(), message);
    }

    /** @param profile an empty folder of its own */
    static Browser start(Path profile) throws Exception {
        Process process = new ProcessBuilder(
                        program(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--lang=en-GB",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.onExit().orTimeout(10, TimeUnit.MINUTES).exceptionally(e -> process.destroyForcibly());
        Browser browser = new Browser(process);
        try {
            browser.connect(profile.resolve("DevToolsActivePort"));
            return browser;
        } catch (Exception | Error e) {
            browser.close();
            throw e;
        }
    }

    /** Loads a page and returns once it has loaded. */
    void open(String url) throws Exception {
        call("Page.navigate", JSON.createObjectNode().put("url", url));
        // What is asked while one page takes the place of another may be answered by the first, or not at all.
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .untilAsserted(() -> assertThat(evaluate("[location.href, document.readyState]"))
                        .map(JsonNode::asText)
                        .containsExactly(url, "complete"));
    }

    /** What an expression of JavaScript comes to in the page, once its promise is kept. */
    JsonNode evaluate(String expression) throws Exception {
        JsonNode result = call(
                "Runtime.evaluate",
                JSON.createObjectNode()
                        .put("expression", expression)
                        .put("awaitPromise", true)
                        .put("returnByValue", true));
        assertThat(result.has("exceptionDetails"))
                .as("%s: %s", expression, result)
                .isFalse();
        return result.path("result").path("value");
    }

    /** What a person reads in the page, or in the part of it that a selector names; nothing where there is none. */
    String text(String selector) throws Exception {
        return evaluate("(() => { const found = document.querySelector('%s'); return found ? found.innerText : ''; })()"
                        .formatted(selector))
                .asText();
    }

    /** A window of this size, in the light or in the dark. */
    void look(int width, int height, String scheme) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                JSON.createObjectNode()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", width < 600));
        ObjectNode media = JSON.createObjectNode();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", scheme);
        call("Emulation.setEmulatedMedia", media);
    }

    /** A PNG of the window as it is now. */
    void screenshot(Path file) throws Exception {
        Files.createDirectories(file.getParent());
        String png = call("Page.captureScreenshot", JSON.createObjectNode().put("format", "png"))
                .path("data")
                .asText();
        Files.write(file, Base64.getDecoder().decode(png));
    }

    void type(String text) throws Exception {
        call("Input.insertText", JSON.createObjectNode().put("text", text));
    }

    /** Presses a key: Tab, Enter or Space. */
    void press(String key) throws Exception {
        int code = Map.of("Tab", 9, "Enter", 13, "Space", 32).get(key);
        String text = Map.of("Tab", "", "Enter", "\r", "Space", " ").get(key);
        ObjectNode event = JSON.createObjectNode()
                .put("type", "keyDown")
                .put("key", key.equals("Space") ? " " : key)
                .put("code", key)
                .put("windowsVirtualKeyCode", code);
        if (!text.isEmpty()) {
            event.put("text", text);
        }
        call("Input.dispatchKeyEvent", event);
        event.remove("text");
        call("Input.dispatchKeyEvent", event.put("type", "keyUp"));
    }

    /** Errors, warnings and exceptions that a developer would see in the console, since the start. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Addresses that the page has asked for, since the start. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** @param portFile written by Chromium once it listens; its first line is the port */
    private void connect(Path portFile) throws Exception {
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> !process.isAlive() || (Files.exists(portFile) && Files.size(portFile) > 0));
        assertThat(process.isAlive()).as("Chromium runs").isTrue();
        String port = Files.readAllLines(portFile).get(0);
        HttpClient http = HttpClient.newHttpClient();
        JsonNode targets = JSON.readTree(http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
        String page = null;
        for (JsonNode target : targets) {
            page = target.path("type").asText().equals("page")
                    ? target.path("webSocketDebuggerUrl").asText()
                    : page;
        }
        assertThat(page).as("%s", targets).isNotNull();
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(page), new Listener())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", JSON.createObjectNode());
        }
    }

    private JsonNode call(String method, ObjectNode parameters) throws Exception {
        int id = ++calls;
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        socket.sendText(message.toString(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        JsonNode got = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(got.has("error")).as("%s: %s", method, got).isFalse();
        return got.path("result");
    }

    private void take(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    answers.remove(message.path("id").asInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        JsonNode told = message.path("params");
        switch (message.path("method").asText()) {
            case "Runtime.exceptionThrown" -> complaints.add(told.toString());
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert")
                        .contains(told.path("type").asText())) {
                    complaints.add(told.toString());
                }
            }
            case "Log.entryAdded" -> {
                if (List.of("error", "warning")
                        .contains(told.path("entry").path("level").asText())) {
                    complaints.add(told.path("entry").toString());
                }
            }
            case "Network.requestWillBeSent" ->
                requests.add(told.path("request").path("url").asText());
            default -> {}
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    take(JSON.readTree(text.toString()));
                } catch (IOException e) {
                    complaints.add("not understood: " + e.getMessage());
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private static String program() {
        String given = System.getenv("CLICKSTREAM_CHROMIUM");
        return given == null || given.isBlank() ? "chromium" : given;
    }
}

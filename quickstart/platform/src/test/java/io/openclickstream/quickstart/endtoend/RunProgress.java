package io.openclickstream.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.quickstart.platform.ChildName;
import io.openclickstream.quickstart.platform.Ledger;
import io.openclickstream.quickstart.platform.Platform;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;

/**
 * How far a platform's job has come; every wait is bounded.
 *
 * @param platform that runs it
 */
record RunProgress(Platform platform) {
    static final Duration PATIENCE = Duration.ofMinutes(6);
    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(10);

    /** Waits until a checkpoint holds this many records, and returns the ledger then. */
    Ledger awaitReceived(long records) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> platform.live().ledger().orElse(Ledger.NOTHING), ledger -> ledger.received() >= records);
    }

    /** Waits until event time has come as far as clicks of this time in every partition bring it. */
    void awaitWatermarkOf(Instant clicks) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> platform.live()
                .sessions()
                .flatMap(sessions -> sessions.completeThrough())
                .filter(time -> !time.isBefore(watermarkOf(clicks)))
                .isPresent());
    }

    /** The watermark when the latest click of every partition is of this time. */
    static Instant watermarkOf(Instant clicks) {
        return clicks.minus(OUT_OF_ORDERNESS).minusMillis(1);
    }

    /** The process and the moment in it when the job last restarted; both stay the same while nothing restarts. */
    String lastRestart() throws Exception {
        String job = platform.flink().job().orElseThrow().id();
        URI details = platform.addresses().flinkPage().resolve("/jobs/" + job);
        String answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(details).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        JsonNode restarting = new JsonMapper().readTree(answer).at("/timestamps/RESTARTING");
        assertThat(restarting.isNumber()).as(answer).isTrue();
        return platform.starts(ChildName.FLINK) + "/" + restarting.asLong();
    }
}

package io.openclickstream.maintenance;

import static io.openclickstream.maintenance.TestLake.CLICKS;
import static io.openclickstream.maintenance.TestLake.REJECTED;
import static io.openclickstream.maintenance.TestLake.SESSIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.openclickstream.lake.LakeSettings;
import io.openclickstream.lake.storage.S3Access;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Maintenance and erasure of a lake in S3: the quickstart's own, as a process. */
class MaintenanceS3IT {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Care CARE =
            new Care(128 << 20, HOUR, 1, Duration.ofHours(2), Duration.ofDays(7), Duration.ofDays(3));
    private static final String KEY = "test";
    private static final String SECRET = "test-secret";

    @TempDir
    Path folder;

    private Process server;
    private String endpoint;

    @BeforeEach
    void startS3() throws IOException {
        int port = freePort();
        endpoint = "http://127.0.0.1:" + port;
        Path s3 = Path.of(System.getProperty("clickstream.root"), "quickstart/s3/target");
        String classPath = s3.resolve("classes") + File.pathSeparator + Files.readString(s3.resolve("classpath.txt"));
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classPath.strip(),
                        "io.openclickstream.quickstart.s3.EmbeddedS3",
                        "--data.dir=" + folder.resolve("s3"),
                        "--s3.port=" + port,
                        "--s3.access-key=" + KEY,
                        "--s3.secret-key=" + SECRET)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("s3.log").toFile())
                .start();
        await().atMost(Duration.ofMinutes(2)).until(() -> isOpen(port));
    }

    @AfterEach
    void stopS3() throws InterruptedException {
        server.destroy();
        if (!server.waitFor(30, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
    }

    /** Below those that systems hand out by themselves, so that nobody is given it before the server. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken; another one then
            }
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private S3Client client() {
        return S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(URI.create(endpoint))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
                .build();
    }

    @Test
    void aLakeInS3IsKeptAndAPersonErased() throws Exception {
        var settings =
                LakeSettings.embedded("s3://clickstream/lake", new S3Access(endpoint, "us-east-1", true, KEY, SECRET));
        List<String> said = new ArrayList<>();
        try (S3Client client = client();
                TestLake lake = new TestLake(settings, folder.resolve("local"), CLICKS, SESSIONS, REJECTED)) {
            long hour = lake.hoursAgo(4);
            for (int epoch = 1; epoch <= 4; epoch++) {
                lake.commit(
                        epoch, hour, CLICKS, lake.click("ada-lovelace", hour, epoch), lake.click("bob", hour, epoch));
            }
            var before = lake.rows(CLICKS);
            String upload = client.createMultipartUpload(
                            create -> create.bucket("clickstream").key("lake/clicks/ingestion_hour=2026-01-01-00/lost"))
                    .uploadId();
            assertThat(lake.catalog.storage().unfinishedUploads("s3://clickstream/lake/clicks/"))
                    .extracting(unfinished -> unfinished.id())
                    .containsExactly(upload);

            new Maintenance(lake.catalog, CARE, said::add).run(lake.start);
            assertThat(lake.locations(CLICKS)).hasSize(1);
            assertThat(lake.rows(CLICKS)).isEqualTo(before).isEqualTo(lake.rowsByFolder(CLICKS));

            List<Person> ada = List.of(new Person("shop", "ada-lovelace"));
            Erasure erasure = new Erasure(lake.catalog, Clock.systemUTC());
            assertThat(erasure.erase(ada).open()).isEmpty();
            assertThat(erasure.verify(ada)).isEmpty();
            assertThat(lake.rows(CLICKS)).hasSize(4).isEqualTo(lake.rowsByFolder(CLICKS));

            Instant late = Instant.now().plus(Duration.ofDays(8));
            new Maintenance(lake.catalog, CARE, said::add).run(late);
            new Maintenance(lake.catalog, CARE, said::add).run(late);
            assertThat(lake.catalog.storage().unfinishedUploads("s3://clickstream/lake/clicks/"))
                    .isEmpty();
            assertThat(lake.rowsByFolder(CLICKS)).isEmpty();
            assertThat(lake.rows(CLICKS)).hasSize(4).isEqualTo(lake.rowsOfCompacted(CLICKS));
        }
    }
}

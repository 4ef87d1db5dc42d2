package io.openclickstream.quickstart.s3;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a folder over the S3 protocol: {@code <folder>/<bucket>/<key>}. What a client was told is stored is in the
 * folder, where plain tools can read it too. Runs until the process is told to end.
 */
public final class EmbeddedS3 {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedS3.class);

    private EmbeddedS3() {}

    /** Starts serving; ends the process with code 1 when it cannot start. */
    public static void main(String[] args) throws Exception {
        System.exit(EmbeddedS3Options.PROGRAM.run(args, System.getenv(), EmbeddedS3::serve));
    }

    private static int serve(EmbeddedS3Options options) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        try {
            Path folder = Files.createDirectories(options.dataFolder()).toRealPath();
            Files.createDirectories(folder.resolve(options.bucket()));
            S3Proxy server = server(folder, options);
            server.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, stopped), "stop-s3"));
            log.atInfo()
                    .addKeyValue("port", options.port())
                    .addKeyValue("folder", folder)
                    .log("serving");
        } catch (Exception e) { // S3Proxy declares nothing narrower
            log.atError()
                    .setCause(e)
                    .addKeyValue("port", options.port())
                    .addKeyValue("folder", options.dataFolder())
                    .log("cannot serve");
            return 1;
        }
        stopped.await();
        return 0;
    }

    private static S3Proxy server(Path folder, EmbeddedS3Options options) {
        return S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:" + options.port()))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, options.accessKey(), options.secretKey())
                // Clients newer than S3Proxy send headers it doesn't know; none of them changes what is stored.
                .ignoreUnknownHeaders(true)
                .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                .build();
    }

    private static void stop(S3Proxy server, CountDownLatch stopped) {
        try {
            server.stop();
        } catch (Exception e) { // S3Proxy declares nothing narrower
            log.atWarn().setCause(e).log("did not stop cleanly");
        }
        stopped.countDown();
    }
}

package io.openclickstream.pipeline;

import io.openclickstream.options.Mistakes;
import io.openclickstream.pipeline.sink.live.LiveAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options with which the job signs in to the Flight server. */
final class LiveChecks {
    private LiveChecks() {}

    static LiveAccess access(PipelineOptions options) {
        return new LiveAccess(
                name(options.liveTokenFile()),
                name(options.liveTlsCa()),
                name(options.liveTlsCertificate()),
                name(options.liveTlsKey()));
    }

    static void check(PipelineOptions options, Mistakes wrong) {
        Map<String, @Nullable Path> tls = new LinkedHashMap<>();
        tls.put("live.tls.ca", options.liveTlsCa());
        tls.put("live.tls.certificate", options.liveTlsCertificate());
        tls.put("live.tls.key", options.liveTlsKey());
        tls.forEach((option, file) -> {
            checkFile(file, option, wrong);
            wrong.require(
                    file == null || options.liveUri().startsWith("grpc+tls:"),
                    option,
                    "has no use without TLS. Give live.uri as grpc+tls://HOST:PORT");
        });
        checkFile(options.liveTokenFile(), "live.token-file", wrong);
        wrong.require(
                (options.liveTlsCertificate() == null) == (options.liveTlsKey() == null),
                "live.tls.certificate",
                "and live.tls.key only make sense together. Give both or none");
    }

    private static void checkFile(@Nullable Path file, String option, Mistakes wrong) {
        wrong.require(
                file == null || (Files.isReadable(file) && !Files.isDirectory(file)),
                option,
                "cannot be read. Give a file that the job's processes may read");
    }

    private static @Nullable String name(@Nullable Path file) {
        return file == null ? null : file.toAbsolutePath().toString();
    }
}

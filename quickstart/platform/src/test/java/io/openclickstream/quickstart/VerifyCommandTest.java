package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on a lake and a recomputation that are there already. */
class VerifyCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void lakeAndRecomputation() throws Exception {
        write("lake/ledger/steps.parquet", """
                SELECT 1 AS epoch, 'clicks' AS kafka_topic, 0 AS kafka_partition, 0 AS from_offset, 1 AS to_offset,
                    1 AS received, 1 AS accepted, 0 AS duplicate, 0 AS late, 0 AS malformed, 0 AS future, 0 AS filtered""");
        write("lake/clicks/clicks.parquet", click("/a"));
        write("again/clicks/clicks.parquet", click("/a"));
        Files.writeString(
                folder.resolve("again/recompute.properties"),
                "from=LAKE\nlake=lake\nepoch=1\ncomplete-through=0\nis-drained=true\nnext-offset.0.clicks=1\n");
        Files.writeString(folder.resolve("again/finality.properties"), "sessions.final-after=1\n");
    }

    @Test
    void endsWithZeroWhenAllIsEqual() throws Exception {
        assertThat(verify()).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("Equal: all 1 rows");
    }

    @Test
    void endsWithOneWhenARowDiffers() throws Exception {
        write("lake/clicks/clicks.parquet", click("/b"));
        assertThat(verify()).isEqualTo(1);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains(
                        "kafka_topic=clicks kafka_partition=0 kafka_offset=0",
                        "page: lake /b, recomputed /a",
                        "Different: 1 rows differ.");
    }

    /** Which the caller turns into exit code 2. */
    @Test
    void aFileThatCannotBeReadIsNoDifference() throws Exception {
        Files.writeString(folder.resolve("lake/clicks/clicks.parquet"), "no Parquet");
        assertThatThrownBy(this::verify)
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("Cannot find out whether the lake is right")
                .hasMessageContaining("clicks.parquet");
    }

    /** The same; that the lake is equal does not count then. */
    @Test
    void aServerThatDoesNotAnswerIsNoDifference() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        assertThatThrownBy(() -> verify("--flight=grpc://localhost:" + nobody))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("Cannot find out whether the lake is right")
                .hasMessageContaining("the Flight server does not answer");
    }

    private int verify(String... more) throws Exception {
        Commands commands = new Commands(folder, new PrintStream(printed, true, StandardCharsets.UTF_8), false);
        List<String> arguments =
                new ArrayList<>(List.of("--lake=" + folder.resolve("lake"), "--recomputed=" + folder.resolve("again")));
        arguments.addAll(List.of(more));
        return VerifyOptions.PROGRAM.run(arguments.toArray(String[]::new), Map.of(), commands::verify);
    }

    private static String click(String page) {
        return "SELECT 'clicks' AS kafka_topic, 0 AS kafka_partition, 0 AS kafka_offset, '%s' AS page".formatted(page);
    }

    private void write(String file, String query) throws Exception {
        Path target = folder.resolve(file);
        Files.createDirectories(target.getParent());
        try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
                var statement = duckdb.createStatement()) {
            statement.execute("COPY (%s) TO '%s' (FORMAT parquet)".formatted(query, target));
        }
    }
}

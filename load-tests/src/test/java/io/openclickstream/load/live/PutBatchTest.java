package io.openclickstream.load.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openclickstream.load.live.PutRun.Round;
import io.openclickstream.schemas.live.LiveMetadata;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PutBatchTest {
    private static final long HOUR = 3_600_000;

    @ParameterizedTest
    @EnumSource
    void rowsAreTheSameEveryTimeAndTheirKeysAreNot(Form form) {
        try (BufferAllocator allocator = new RootAllocator();
                PutBatch first = PutBatch.of(form, 500, 300, 2 * HOUR, 1, allocator);
                PutBatch again = PutBatch.of(form, 500, 300, 2 * HOUR, 1, allocator);
                PutBatch next = PutBatch.of(form, 800, 300, 2 * HOUR, 1, allocator);
                PutBatch later = PutBatch.of(form, 500, 300, 2 * HOUR, 2, allocator)) {
            assertThat(again.digest()).isEqualTo(first.digest());
            assertThat(Set.of(first.digest(), next.digest(), later.digest())).hasSize(3);
            assertThat(first.rows()).isEqualTo(300);
            assertThat(first.bytes()).isPositive();
            Set<List<Object>> keys = new HashSet<>(keys(form, 500, 300, 1, allocator));
            assertThat(keys).hasSize(300);
            assertThat(keys(form, 500, 300, 2, allocator)).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    private static List<List<Object>> keys(Form form, long first, int rows, long revision, BufferAllocator allocator) {
        List<String> key = List.of(form.table()
                .schema()
                .getCustomMetadata()
                .get(LiveMetadata.PRIMARY_KEY)
                .split(",", -1));
        try (VectorSchemaRoot root = VectorSchemaRoot.create(form.table().putSchema(), allocator)) {
            form.fill(root, first, rows, 2 * HOUR, revision);
            return IntStream.range(0, rows)
                    .mapToObj(row -> key.stream()
                            .map(column -> (Object)
                                    String.valueOf(root.getVector(column).getObject(row)))
                            .toList())
                    .toList();
        }
    }

    @Test
    void resultIsTheMedianRoundBesideTheDisk() throws Exception {
        PutRun run = new PutRun(
                Form.PAGES,
                80,
                List.of(new Round(100, 1, 0.5), new Round(300, 1, 0.6), new Round(200, 1, 0.2)),
                List.of(400.0));
        PutReport report =
                new PutReport(PutOptions.PROGRAM.read(List.of("--server.class-path=x"), Map.of()), List.of(run));
        JsonNode result = new JsonMapper().readTree(report.result());
        assertThat(result.path("value").asLong()).isEqualTo(200);
        assertThat(result.path("ratio").asDouble()).isEqualTo(0.5);
        assertThat(result.path("settings")
                        .path("server_cpu_us_a_row")
                        .path("page_metrics")
                        .asDouble())
                .isEqualTo(2_000);
        assertThat(result.path("goals").path(0).path("met").asBoolean()).isFalse();
    }
}

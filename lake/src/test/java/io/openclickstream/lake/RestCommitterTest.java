package io.openclickstream.lake;

import static io.openclickstream.lake.TestLake.LINEAGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.rest.RestCatalogServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same with a catalog over HTTP, whose answers get lost as well. */
class RestCommitterTest extends LakeCommitterTest {
    private TestLake behind;
    private RestCatalogServer server;

    @Override
    TestLake newLake(Path in) throws IOException {
        behind = new TestLake(in.resolve("lake"), "jdbc:sqlite:" + in.resolve("catalog.db"));
        server = new RestCatalogServer(behind.catalog.iceberg());
        return new TestLake(in.resolve("lake"), server.address());
    }

    @AfterEach
    void endService() {
        server.close();
        behind.close();
    }

    @Test
    void anAnswerOfTheServiceThatIsLostIsNoLostCommit() throws Exception {
        LakeCommitter job = lake.job("first");
        job.open(LINEAGE, 0);
        for (long epoch = 1; epoch <= 4; epoch++) {
            server.loseAnswers(epoch == 2 ? 2 : 0);
            LakeEpoch next = lake.epoch(LINEAGE, epoch, "w");
            untilDone(() -> job.commit(next, lake::upload));
        }
        lake.job("second").open(LINEAGE, 3);
        for (TestLake reader : List.of(behind, lake)) {
            assertThat(reader.inTable("clicks")).containsExactlyElementsOf(names(1, 2, 3));
            assertThat(reader.inTable("page_metrics")).hasSize(3);
        }
    }
}

package io.openclickstream.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.lake.storage.S3Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeOptionsTest {
    @TempDir
    Path folder;

    @Test
    void maintenanceTakesItsOptionsFromArgumentsAndEnvironment() throws Exception {
        MaintainOptions options = MaintainOptions.PROGRAM.read(
                List.of(
                        "--lake.uri",
                        "s3://clicks/lake",
                        "--s3.path-style-access",
                        "--settled",
                        "2h",
                        "--keep-snapshots=7"),
                Map.of(
                        "CLICKSTREAM_S3_ENDPOINT", "http://store:9000",
                        "CLICKSTREAM_S3_ACCESS_KEY", "key",
                        "CLICKSTREAM_S3_SECRET_KEY", "secret"));
        assertThat(LakeOptions.access(options).settings().toString()).doesNotContain("secret");
        assertThat(LakeOptions.access(options).s3())
                .isEqualTo(new S3Access("http://store:9000", null, true, "key", "secret"));
        Care care = MaintainOptions.care(options);
        assertThat(care.settled()).isEqualTo(Duration.ofHours(2));
        assertThat(care.keepSnapshots()).isEqualTo(7);
        assertThat(care.targetBytes()).isEqualTo(128L << 20);
    }

    @Test
    void allThatIsWrongWithMaintenanceIsSaidAtOnce() {
        assertThatThrownBy(() -> MaintainOptions.PROGRAM.read(
                        List.of(
                                "--lake.uri=ftp://lake",
                                "--lake.catalog=nowhere",
                                "--keep-snapshots=0",
                                "--orphans-older-than=1m",
                                "--s3.access-key=alone"),
                        Map.of()))
                .hasMessageContaining("lake.uri")
                .hasMessageContaining("lake.catalog")
                .hasMessageContaining("keep-snapshots")
                .hasMessageContaining("orphans-older-than")
                .hasMessageContaining("s3.access-key");
    }

    @Test
    void erasureNeedsPersonsOrAReceipt() throws Exception {
        Path receipt = folder.resolve("receipt.json");
        assertThatThrownBy(() -> erase()).hasMessageContaining("say who with --user or --users");
        assertThatThrownBy(() -> erase("--user=nobody")).hasMessageContaining("is not like SITE/USER: nobody");
        assertThatThrownBy(() -> erase("--verify=" + receipt)).hasMessageContaining("Give the receipt of an erasure");
        assertThat(EraseOptions.named(erase("--user=shop/ada", "--user=shop/bob", "--receipt=" + receipt)))
                .containsExactly("shop/ada", "shop/bob");
        Files.writeString(receipt, "{}");
        assertThat(erase("--verify=" + receipt).verify()).isEqualTo(receipt);
        assertThatThrownBy(() -> erase("--verify=" + receipt, "--user=shop/ada"))
                .hasMessageContaining("takes the persons from the receipt");
        assertThatThrownBy(() -> erase("--user=shop/ada", "--receipt=" + receipt))
                .hasMessageContaining("is there already");
    }

    @Test
    void anErasureWaitsForTheJobUnlessItIsToldOtherwise() throws Exception {
        String receipt = "--receipt=" + folder.resolve("new.json");
        assertThat(erase("--user=shop/ada", receipt).waitForJob()).isEqualTo(Duration.ofMinutes(10));
        assertThat(erase("--user=shop/ada", receipt, "--wait=0s").waitForJob()).isZero();
        assertThatThrownBy(() -> erase("--user=shop/ada", receipt, "--wait=PT-1M"))
                .hasMessageContaining("wait")
                .hasMessageContaining("must not be negative");
    }

    private static EraseOptions erase(String... arguments) throws Exception {
        return EraseOptions.PROGRAM.read(List.of(arguments), Map.of());
    }
}

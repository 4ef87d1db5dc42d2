package io.openclickstream.pipeline.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.openclickstream.schemas.session.UserKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavepointTextTest {
    @Test
    void tellsOperatorsStatesAndTypes() throws Exception {
        Path savepoint =
                Path.of(System.getProperty("clickstream.root"), "state-schemas", "released", "0.1.0", "savepoint");

        assertThat(SavepointText.lines(SavepointContents.read(savepoint.toString())))
                .map(line -> line.replaceAll("  +", "  ").replaceAll("[\\d,]+ bytes", "N bytes"))
                .contains(
                        "sessionize  N bytes, parallelism 2 of at most 128; keeps each user's open sessions and remembered event ids",
                        "  timeline  KEYED  UserTimeline by UserKey; registered, since 0.1.0",
                        "  seen-event-ids  KEYED  map from String to Long by UserKey; registered, since 0.1.0",
                        "  watermark  UNION  Long, 2 entries; registered, since 0.1.0",
                        "  total  KEYED  LedgerEntry by PartitionKey; registered, since 0.1.0",
                        "  panes  KEYED  map from String to Pane by PaneBucket; registered, since 0.1.0",
                        "  definitions  UNION  MetricDefinition, 2 entries; registered, since 0.1.0");
    }

    @Test
    void tellsWherePersonsWereFoundAndWhatItMeans() {
        var theirs = new SavepointSearch.Found("sessionize/timeline", 1_200, 2, 0, 0);
        var others = new SavepointSearch.Found("lake-commit/prepared", 3, 0, 1, 0);
        var underWay = new SavepointSearch.Found("sessionize/(under way)", 0, 0, 0, 4_096);
        var none = new SavepointSearch.Found("ledger/step", 4, 0, 0, 0);

        assertThat(SavepointText.found(List.of(theirs, others, underWay)))
                .map(line -> line.replaceAll("  +", "  "))
                .containsExactly(
                        "sessionize/timeline  1,200 entries, 2 of them, 0 others that hold an id",
                        "lake-commit/prepared  3 entries, 0 of them, 1 others that hold an id",
                        "sessionize/(under way)  0 entries, 0 of them, 0 others that hold an id; 4,096 bytes of records"
                                + " under way cannot be looked into",
                        "It holds them. Delete it when no job needs it any more.");
        assertThat(last(others, underWay)).startsWith("It keeps nothing under their keys, but entries");
        assertThat(last(none, underWay)).startsWith("It keeps nothing of them, as far as it can be read;");
        assertThat(last(none)).isEqualTo("It holds nothing of them.");
        assertThat(none.isFree()).isTrue();
        assertThat(List.of(theirs, others, underWay)).noneMatch(SavepointSearch.Found::isFree);
    }

    private static String last(SavepointSearch.Found... found) {
        List<String> lines = SavepointText.found(List.of(found));
        return lines.get(lines.size() - 1);
    }

    @Test
    void looksForThePersonsThatWereGivenAndSaysAllThatIsWrong(@TempDir Path folder) throws Exception {
        Path receipt = folder.resolve("receipt.json");
        Files.writeString(receipt, "{\"persons\":[\"shop/ada\"]}");
        assertThat(SavepointOptions.persons(options("DIR"))).isEmpty();
        assertThat(SavepointOptions.persons(options("DIR", "--user=shop/a/b", "--receipt=" + receipt)))
                .containsExactly(new UserKey("shop", "a/b"), new UserKey("shop", "ada"));
        assertThatThrownBy(() -> options("DIR", "--user=ada", "--receipt=" + folder.resolve("none")))
                .hasMessageContainingAll("is not like SITE/USER: ada", "Give the receipt of an erasure");
    }

    @Test
    void reachesTheStoreAsItIsToldAndElseAsAmazonsToolsDo() throws Exception {
        assertThat(SavepointStore.settings(SavepointOptions.s3(options(
                                "s3://bucket/savepoint",
                                "--s3.endpoint=http://localhost:19000",
                                "--s3.region=eu-west-1",
                                "--s3.path-style-access",
                                "--s3.access-key=key",
                                "--s3.secret-key=secret")))
                        .toMap())
                .contains(
                        entry("s3.endpoint", "http://localhost:19000"),
                        entry("s3.endpoint.region", "eu-west-1"),
                        entry("s3.path.style.access", "true"),
                        entry("s3.access-key", "key"),
                        entry("s3.secret-key", "secret"));
        assertThat(SavepointStore.settings(SavepointOptions.s3(options("s3://bucket/savepoint")))
                        .toMap())
                .doesNotContainKeys(
                        "s3.endpoint", "s3.endpoint.region", "s3.path.style.access", "s3.access-key", "s3.secret-key");
        assertThatThrownBy(() -> options("s3://bucket/savepoint", "--s3.access-key=key"))
                .hasMessageContaining("s3.access-key=key (from command line): goes with s3.secret-key");
    }

    private static SavepointOptions options(String... arguments) throws Exception {
        return SavepointOptions.PROGRAM.read(List.of(arguments), Map.of());
    }

    @Test
    void takesThePersonsOfAReceipt(@TempDir Path folder) throws Exception {
        Path receipt = folder.resolve("receipt.json");
        Files.writeString(
                receipt,
                "{\"version\":3,\"places\":[{\"persons\":[\"x/y\"]}],\"persons\":[\"shop/ada\",\"a/b/c\"],\"open\":[]}");
        assertThat(ReceiptPersons.read(receipt)).containsExactly("shop/ada", "a/b/c");
        Files.writeString(receipt, "{\"places\":[{\"persons\":[\"x/y\"]}]}");
        assertThatThrownBy(() -> ReceiptPersons.read(receipt)).hasMessageContaining("names no persons");
    }
}

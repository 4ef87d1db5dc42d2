package io.openclickstream.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.lake.storage.LakeStorage;
import io.openclickstream.lake.storage.S3Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasedPersonsTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");
    private static final PersonHash ADA = PersonHash.of("shop", "ada");
    private static final PersonHash BEN = PersonHash.of("shop", "ben");

    @TempDir
    Path folder;

    private FaultyStorage storage;
    private ErasedPersons list;

    @BeforeEach
    void open() {
        LakeSettings settings = LakeSettings.embedded("file:" + folder, S3Access.DEFAULT);
        storage = new FaultyStorage(LakeStorage.of(settings.rootUri(), settings.s3()));
        list = new ErasedPersons(settings, storage);
    }

    @Test
    void personIsWrittenAsAHashOfSiteAndUserWithTheirLengths() {
        // printf '\0\0\0\4shop\0\0\0\3ada' | sha256sum
        assertThat(ADA).hasToString("ff5c67d51c6c985181aa3a17d18c8c59");
        assertThat(PersonHash.parse(ADA.toString())).isEqualTo(ADA);
        assertThat(PersonHash.of("shopa", "da")).isNotEqualTo(ADA);
        byte[] both = "-shop-ada-".getBytes(StandardCharsets.UTF_8);
        assertThat(new PersonHasher().hash(both, 1, 4, both, 6, 3)).isEqualTo(ADA);
    }

    @Test
    void entriesComeBackAsTheyWereAddedAndOnlyTheNewOnes() throws Exception {
        assertThat(list.after(0)).isEmpty();
        assertThat(list.next(0)).isEmpty();
        RecordedErasure first = list.add(AT, List.of(ADA, BEN), Map.of(), List.of());
        RecordedErasure second = list.add(
                AT.plusSeconds(9), List.of(), Map.of("clicks", 7L, "sessions", 2L), List.of(AT.plusSeconds(3600), AT));

        assertThat(list.after(0)).containsExactly(first, second);
        assertThat(list.after(1)).containsExactly(second);
        assertThat(list.next(0)).contains(first);
        assertThat(list.next(1)).contains(second);
        assertThat(list.next(2)).isEmpty();
        assertThat(first.number()).isEqualTo(1);
        assertThat(second.hours()).containsExactly(AT, AT.plusSeconds(3600));
    }

    @Test
    void nameOfAPersonIsInNoFile() throws Exception {
        list.add(AT, List.of(ADA), Map.of("clicks", 7L), List.of(AT));
        assertThat(folder.resolve("erasures/000000000001.json"))
                .content()
                .contains(ADA.toString())
                .doesNotContain("ada");
    }

    @Test
    void ofManyThatAddAtATimeNoneIsLost() throws Exception {
        int writers = 8;
        int each = 5;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Callable<Void>> work = IntStream.range(0, writers)
                    .mapToObj(writer -> (Callable<Void>) () -> {
                        for (int i = 0; i < each; i++) {
                            list.add(AT, List.of(new PersonHash(writer + 1, i)), Map.of(), List.of());
                        }
                        return null;
                    })
                    .toList();
            for (Future<Void> done : threads.invokeAll(work, 60, TimeUnit.SECONDS)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        List<RecordedErasure> entries = list.after(0);
        assertThat(entries)
                .extracting(RecordedErasure::number)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, (long) writers * each).boxed().toList());
        assertThat(ErasedPersons.persons(entries)).doesNotHaveDuplicates().hasSize(writers * each);
    }

    @Test
    void whoseAnswerIsLostMayAddAgainAndTheOneInBetweenCounts() throws Exception {
        storage.failIn(2, true); // the first call lists
        assertThatThrownBy(() -> list.add(AT, List.of(ADA), Map.of(), List.of()))
                .isInstanceOf(IOException.class);
        storage.mend();
        assertThat(list.add(AT, List.of(ADA), Map.of(), List.of()).number()).isEqualTo(2);
    }

    @Test
    void missingFileIsNoShorterList() throws Exception {
        for (int i = 0; i < 3; i++) {
            list.add(AT, List.of(new PersonHash(1, i)), Map.of(), List.of());
        }
        Files.delete(folder.resolve("erasures/000000000002.json"));
        assertThatThrownBy(() -> list.after(0))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("lacks", "erasures/000000000002.json", "Restore it");
        assertThat(list.after(2)).hasSize(1);
    }

    @Test
    void whatIsNoEntryIsNamed() throws Exception {
        Path file = folder.resolve("erasures/000000000001.json");
        Files.createDirectories(file.getParent());
        for (String wrong : List.of(
                "",
                "null",
                "{}",
                "{\"version\":2}",
                "{\"version\":1,\"number\":1,\"at\":\"2026-03-01T10:00:00Z\"}",
                "{\"version\":1,\"number\":1,\"at\":\"2026-03-01T10:00:00Z\",\"persons\":[\"ada\"]}",
                "{\"version\":1,\"number\":1,\"at\":\"today\",\"persons\":[]}",
                "{\"version\":1,\"number\":2,\"at\":\"2026-03-01T10:00:00Z\",\"persons\":[]}")) {
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> list.next(0))
                    .as(wrong)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Cannot read the erased persons of file:" + file);
        }
    }

    @Test
    void setHoldsWhomItWasGivenAndNobodyElse() {
        List<PersonHash> persons = new ArrayList<>();
        persons.add(new PersonHash(0, 0));
        for (long i = 0; i < 1_000; i++) {
            persons.add(new PersonHash(i, 7)); // all of them want the same slot
        }
        assertThat(PersonSet.EMPTY.contains(new PersonHash(0, 0))).isFalse();
        PersonSet set =
                PersonSet.EMPTY.with(persons.subList(0, 500)).with(persons).with(persons);
        assertThat(set.size()).isEqualTo(1_001);
        assertThat(persons).allMatch(set::contains);
        assertThat(set.contains(new PersonHash(1_000, 7))).isFalse();
        assertThat(set.contains(new PersonHash(7, 0))).isFalse();
        assertThat(PersonSet.EMPTY.isEmpty()).isTrue();
        assertThat(set.isEmpty()).isFalse();
    }

    @Test
    void tooManyAreRefusedBeforeTheyAreWritten() throws Exception {
        List<PersonHash> most = LongStream.range(0, PersonSet.MAX_PERSONS)
                .mapToObj(i -> new PersonHash(i + 1, i))
                .toList();
        list.add(AT, most, Map.of(), List.of());
        list.add(AT, most.subList(0, 10), Map.of(), List.of()); // those are no more
        assertThatThrownBy(() -> list.add(AT, List.of(ADA), Map.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("1000001", "1000000", "erasures", "'persons' by []");
        assertThat(list.after(2)).isEmpty();
    }
}

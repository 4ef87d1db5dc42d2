package io.openclickstream.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclickstream.quickstart.platform.DataFolder.S3Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path folder;

    @Test
    void keepsItsKeysAcrossRunsAndFreshMakesNewOnes() throws Exception {
        S3Keys first;
        try (DataFolder data = DataFolder.open(folder, false)) {
            first = data.s3Keys();
            assertThat(data.s3Keys()).isEqualTo(first);
        }
        try (DataFolder data = DataFolder.open(folder, false)) {
            assertThat(data.s3Keys()).isEqualTo(first);
        }
        Files.createDirectories(folder.resolve("kafka/deep"));
        try (DataFolder data = DataFolder.open(folder, true)) {
            assertThat(folder.resolve("kafka")).doesNotExist();
            assertThat(data.s3Keys()).isNotEqualTo(first);
        }
        assertThat(first.toString()).doesNotContain(first.secretKey());
    }

    @Test
    void isOpenedByOnePlatformAtATime() throws Exception {
        try (DataFolder data = DataFolder.open(folder, false)) {
            assertThatThrownBy(() -> DataFolder.open(data.path(), false))
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("another platform that is running uses it");
        }
        DataFolder.open(folder, false).close();
    }

    @Test
    void aFolderOfSomethingElseIsLeftAlone() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious.txt"), "mine");
        assertThatThrownBy(() -> DataFolder.open(folder, true)).hasMessageContaining("holds files of something else");
        assertThat(precious).exists();
        assertThat(folder.resolve(".lock")).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeMadeSaysWhy() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> DataFolder.open(file.resolve("below"), false))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("--data.dir");
    }
}

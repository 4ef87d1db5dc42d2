package io.openclickstream.pipeline.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceptedBreakTest {
    @TempDir
    Path folder;

    @Test
    void entriesAreRead() throws IOException {
        assertThat(read("""
                        breaks:
                          - {release: 0.1.0, what: 'value ledger/total late', version: 0.2.0, reason: 'counts were wrong'}
                        """))
                .containsExactly(new AcceptedBreak("0.1.0", "value ledger/total late", "0.2.0", "counts were wrong"));
        assertThat(read("# nothing\nbreaks: []\n")).isEmpty();
    }

    @Test
    void anEntryWithoutItsReasonIsRefused() {
        assertThatThrownBy(() -> read("breaks:\n  - {release: 0.1.0, what: 'savepoint', version: 0.2.0}\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'reason' is missing");
        assertThatThrownBy(() -> read("accepted: []\n")).hasMessageContaining("no list 'breaks'");
    }

    private List<AcceptedBreak> read(String yaml) throws IOException {
        return AcceptedBreak.read(Files.writeString(folder.resolve("accepted-breaks.yml"), yaml));
    }
}

package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TypedLineTest {
    @Test
    void plainWordsStandAsTheyWereTyped() {
        assertThat(TypedLine.of("bench", "live-put", "--short", "--pipeline=live.flush-interval=250ms"))
                .isEqualTo("./clickstream bench live-put --short --pipeline=live.flush-interval=250ms");
        assertThat(TypedLine.of("bench")).isEqualTo("./clickstream bench");
    }

    @Test
    void aShellReadsTheSameWordsAgain() throws Exception {
        String line = TypedLine.of("bench", "--data.dir", "a b's $HOME", "");
        assertThat(line).isEqualTo("./clickstream bench --data.dir 'a b'\\''s $HOME' ''");

        Process shell = new ProcessBuilder("bash", "-c", line.replace("./clickstream bench", "printf '%s\\n'"))
                .redirectErrorStream(true)
                .start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("--data.dir\na b's $HOME\n\n");
    }
}

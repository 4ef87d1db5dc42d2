package io.openclickstream.pipeline;

import io.openclickstream.options.Mistakes;
import io.openclickstream.pipeline.operator.PseudonymKeyFile;
import io.openclickstream.pipeline.operator.PseudonymSettings;
import io.openclickstream.schemas.pseudonym.PseudonymKeysFile;
import io.openclickstream.schemas.pseudonym.WrongKeysException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the options say of pseudonyms, and what can be wrong with it. */
final class PseudonymChecks {
    private static final String KEYS = "pseudonyms.keys";

    private PseudonymChecks() {}

    static void check(PipelineOptions options, Mistakes wrong) {
        Path file = options.pseudonymsKeys();
        if (file == null) {
            wrong.require(
                    !options.pseudonymsKeepRefusedBytes(),
                    "pseudonyms.keep-refused-bytes",
                    "has no use without pseudonyms.keys: bytes are kept as they are then. Leave it out");
            return;
        }
        try {
            var unused = PseudonymKeysFile.parse(PseudonymKeyFile.content(file));
        } catch (IOException e) {
            wrong.add(
                    KEYS, "cannot be read (%s). Give a file of keys, see docs/pseudonyms.md".formatted(e.getMessage()));
        } catch (WrongKeysException e) {
            e.mistakes().forEach(mistake -> wrong.add(KEYS, mistake));
        }
    }

    /** Null where user ids are kept as they are. */
    static @Nullable PseudonymSettings settings(PipelineOptions options, PseudonymSettings.Source userIds) {
        Path file = options.pseudonymsKeys();
        return file == null
                ? null
                : new PseudonymSettings(
                        file.toAbsolutePath().toString(),
                        options.pseudonymsLookInterval(),
                        options.pseudonymsKeepRefusedBytes(),
                        userIds);
    }
}

package io.openclickstream.pipeline.savepoint;

import io.openclickstream.schemas.session.UserKey;
import java.io.IOException;
import java.util.List;

/**
 * Prints what a savepoint holds: operators, their states with their types, and which of them are registered. Or looks for
 * persons in it.
 */
public final class PrintSavepoint {
    private PrintSavepoint() {}

    /** Exit code 0 when it was read and holds nobody who was looked for, 1 when not, 2 when an option is wrong. */
    public static void main(String[] args) throws Exception {
        System.exit(SavepointOptions.PROGRAM.run(args, System.getenv(), PrintSavepoint::run));
    }

    private static int run(SavepointOptions options) {
        try {
            List<UserKey> persons = SavepointOptions.persons(options);
            SavepointStore.use(SavepointOptions.s3(options));
            if (persons.isEmpty()) {
                SavepointText.lines(SavepointContents.read(options.savepoint())).forEach(System.out::println);
                return 0;
            }
            List<SavepointSearch.Found> found = SavepointSearch.find(options.savepoint(), persons);
            SavepointText.found(found).forEach(System.out::println);
            return found.stream().allMatch(SavepointSearch.Found::isFree) ? 0 : 1;
        } catch (IOException | RuntimeException e) {
            System.err.println("Cannot read the savepoint: " + e.getMessage());
            return 1;
        }
    }
}

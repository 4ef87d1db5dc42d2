package io.openclickstream.maintenance;

import io.openclickstream.lake.LakeCatalog;
import java.io.IOException;
import java.time.Instant;

/** Looks after a lake once. Exit code 0 when all is done, 1 when something failed, 2 when an option is wrong. */
public final class MaintainMain {
    private MaintainMain() {}

    public static void main(String[] args) throws Exception {
        System.exit(MaintainOptions.PROGRAM.run(args, System.getenv(), MaintainMain::run));
    }

    private static int run(MaintainOptions options) {
        try (LakeCatalog catalog = LakeCatalog.open(LakeOptions.access(options).settings())) {
            Maintenance maintenance = new Maintenance(catalog, MaintainOptions.care(options), System.out::println);
            if (options.isDryRun()) {
                maintenance.dryRun(Instant.now());
            } else {
                maintenance.run(Instant.now());
            }
            return 0;
        } catch (IOException | RuntimeException e) {
            System.err.printf(
                    "Maintenance of %s is not done: %s%nThe lake is right as it is, and the next run goes on.%n",
                    options.lakeUri(), e.getMessage());
            return 1;
        }
    }
}

package io.openclickstream.pipeline.savepoint;

import io.openclickstream.lake.storage.S3Access;
import io.openclickstream.options.Mistakes;
import io.openclickstream.options.ObjectStoreOptions;
import io.openclickstream.options.Program;
import io.openclickstream.schemas.session.UserKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which savepoint is looked into, and what for. */
@Command(
        description = {
            "Prints what a savepoint or checkpoint holds: operators, states, types, sizes. With --user or --receipt it looks through every"
                    + " entry for these persons instead, as a job that is restored from it would have them, and says where"
                    + " they are. Exit code 0 when it is read, and free of them; 1 when it is not.",
            ""
        })
public interface SavepointOptions extends ObjectStoreOptions {
    /** Reads and checks the options. */
    Program<SavepointOptions> PROGRAM = new Program<>("savepoint", SavepointOptions.class, SavepointOptions::check);

    @Parameters(
            paramLabel = "DIR",
            description =
                    "The folder of a savepoint or of a checkpoint: on a disk, or s3://BUCKET/PATH in an object store.")
    String savepoint();

    @Option(
            names = "--user",
            paramLabel = "SITE/USER",
            description = "Look for this user of this site. May be given several times.")
    @Nullable
    List<String> user();

    @Option(
            names = "--receipt",
            paramLabel = "FILE",
            description = "Look for everybody whom this receipt of an erasure names, also by their pseudonyms.")
    @Nullable
    Path receipt();

    /** How an object store is reached, where the savepoint is in one. */
    static S3Access s3(SavepointOptions options) {
        return new S3Access(
                options.s3Endpoint(),
                options.s3Region(),
                options.hasS3PathStyle(),
                options.s3AccessKey(),
                options.s3SecretKey());
    }

    /**
     * Whom to look for; nobody to print what the savepoint holds.
     *
     * @throws IOException when the receipt cannot be read
     */
    static List<UserKey> persons(SavepointOptions options) throws IOException {
        List<String> all = new ArrayList<>();
        List<String> users = options.user();
        if (users != null) {
            all.addAll(users);
        }
        Path receipt = options.receipt();
        if (receipt != null) {
            all.addAll(ReceiptPersons.read(receipt));
        }
        return all.stream().flatMap(text -> parse(text).stream()).toList();
    }

    private static Optional<UserKey> parse(String text) {
        int slash = text.indexOf('/');
        return slash < 1 || slash == text.length() - 1
                ? Optional.empty()
                : Optional.of(new UserKey(text.substring(0, slash), text.substring(slash + 1)));
    }

    private static void check(SavepointOptions options, Mistakes wrong) {
        Path receipt = options.receipt();
        wrong.require(
                receipt == null || Files.isReadable(receipt),
                "receipt",
                "cannot be read. Give the receipt of an erasure");
        ObjectStoreOptions.check(options, wrong);
        List<String> users = options.user();
        if (users != null) {
            for (String user : users) {
                wrong.require(parse(user).isPresent(), "user", "is not like SITE/USER: " + user);
            }
        }
    }
}

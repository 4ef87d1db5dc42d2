package io.openclickstream.maintenance;

import io.openclickstream.options.Mistakes;
import io.openclickstream.options.Program;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Who is erased from which lake. */
@Command(
        description = {
            "Removes persons, beside the running job. Tells the job first, which forgets and refuses them from then on, and"
                    + " waits until an epoch is committed that obeys; then removes their clicks and sessions, and refused records that hold their ids, from every file and"
                    + " every kept snapshot of the lake, and from the live tables. Writes a receipt of what was removed"
                    + " where, and what is open until when; --verify looks whether anything is left.",
            ""
        })
public interface EraseOptions extends LakeOptions {
    /** Reads and checks the options. */
    Program<EraseOptions> PROGRAM = new Program<>("erase", EraseOptions.class, EraseOptions::check);

    @Option(
            names = "--user",
            paramLabel = "SITE/USER",
            description = "Who is erased: a user of a site. May be given several times.")
    @Nullable
    List<String> user();

    @Option(names = "--users", paramLabel = "FILE", description = "Who is erased: a file with one SITE/USER a line.")
    @Nullable
    Path users();

    @Option(
            names = "--pseudonyms.keys",
            paramLabel = "FILE",
            description =
                    "The job's keys of pseudonyms: SITE/USER is a user as sent, and all pseudonyms of that user that"
                            + " these keys make are erased, too.")
    @Nullable
    Path pseudonymsKeys();

    @Option(
            names = "--receipt",
            paramLabel = "FILE",
            defaultValue = "erasure-receipt.json",
            description = "Where the receipt is written; it must not be there yet. Default: ${DEFAULT-VALUE}")
    Path receipt();

    @Option(
            names = "--verify",
            paramLabel = "RECEIPT",
            description = "Erase nobody; look in all bytes of the lake for the persons of this receipt.")
    @Nullable
    Path verify();

    @Option(
            names = "--flight",
            paramLabel = "URI",
            description =
                    "Remove them from the live tables of this Flight server, too, such as grpc://localhost:8815; none"
                            + " where there is no such server. With --verify, ask it.")
    @Nullable
    URI flight();

    @Option(
            names = "--flight.token-file",
            paramLabel = "FILE",
            description = "A bearer token to show to it; its principal must have the role admin. Default: none")
    @Nullable
    Path flightTokenFile();

    @Option(
            names = "--flight.tls-ca",
            paramLabel = "FILE",
            description = "Certificates in PEM that its own must come from. Default: those that Java trusts")
    @Nullable
    Path flightTlsCa();

    @Option(
            names = "--kafka.retention",
            paramLabel = "TIME",
            description =
                    "How long the topic of clicks keeps records, such as 7d, so that the receipt can say when the last"
                            + " are gone; 0s where there is no topic.")
    @Nullable
    Duration kafkaRetention();

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "10m",
            description =
                    "How long to wait for the job to commit an epoch after which it writes nothing of them any more. When it"
                            + " has passed, what is there is removed all the same, and the receipt says that the job is open."
                            + " Default: ${DEFAULT-VALUE}")
    Duration waitForJob();

    /** Where live tables are. */
    static EraseEverywhere.Live live(EraseOptions options) {
        URI flight = options.flight();
        if (flight == null) {
            return new EraseEverywhere.Live.Unknown();
        }
        return isNone(flight)
                ? new EraseEverywhere.Live.None()
                : new EraseEverywhere.Live.Server(
                        new LiveServer.Access(flight, options.flightTokenFile(), options.flightTlsCa()));
    }

    private static boolean isNone(URI flight) {
        return flight.toString().equals("none");
    }

    private static void checkFlight(EraseOptions options, Mistakes wrong) {
        URI flight = options.flight();
        wrong.require(
                flight == null
                        || isNone(flight)
                        || (flight.getHost() != null
                                && flight.getPort() > 0
                                && String.valueOf(flight.getScheme()).matches("grpc(\\+tls)?")),
                "flight",
                "is no address of a Flight server. Write grpc://HOST:PORT, grpc+tls://HOST:PORT, or none");
        checkFile(options, options.flightTokenFile(), "flight.token-file", wrong);
        checkFile(options, options.flightTlsCa(), "flight.tls-ca", wrong);
        Duration retention = options.kafkaRetention();
        wrong.require(
                retention == null || !retention.isNegative(),
                "kafka.retention",
                "must not be negative. Use a time like 7d");
    }

    private static void checkFile(EraseOptions options, @Nullable Path file, String option, Mistakes wrong) {
        if (file != null) {
            wrong.require(options.flight() != null, option, "has no use without --flight. Give both, or leave it out");
            wrong.require(Files.isReadable(file), option, "cannot be read. Give a file that is there");
        }
    }

    /** The persons that were named one by one. */
    static List<String> named(EraseOptions options) {
        List<String> users = options.user();
        return users == null ? List.of() : users;
    }

    private static void check(EraseOptions options, Mistakes wrong) {
        LakeOptions.check(options, wrong);
        wrong.require(!options.waitForJob().isNegative(), "wait", "must not be negative. Use a time like 10m");
        checkFlight(options, wrong);
        Path verified = options.verify();
        if (verified != null) {
            wrong.require(Files.isReadable(verified), "verify", "cannot be read. Give the receipt of an erasure");
            wrong.require(
                    named(options).isEmpty() && options.users() == null && options.pseudonymsKeys() == null,
                    "verify",
                    "takes the persons from the receipt. Leave out --user, --users and --pseudonyms.keys");
            return;
        }
        wrong.require(
                !named(options).isEmpty() || options.users() != null,
                "user",
                "is missing: say who with --user or --users");
        for (String user : named(options)) {
            wrong.require(Person.parse(user).isPresent(), "user", "is not like SITE/USER: " + user);
        }
        Path users = options.users();
        wrong.require(
                users == null || Files.isReadable(users), "users", "cannot be read. Give a file with SITE/USER lines");
        PersonPseudonyms.check(options.pseudonymsKeys(), wrong);
        wrong.require(!Files.exists(options.receipt()), "receipt", "is there already. Name a new file");
    }
}

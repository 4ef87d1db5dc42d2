package io.openclickstream.quickstart;

import io.openclickstream.quickstart.platform.CannotStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The main behind the launcher: the first argument is the command, the others are its options. Exit code 0 when done or
 * stopped, 1 when it failed on the way, 2 when it could not start, with the reason on standard error.
 */
public final class Quickstart {
    private Quickstart() {}

    /** Runs one command. */
    public static void main(String[] args) throws Exception {
        String root = System.getProperty("clickstream.root");
        if (args.length == 0 || root == null) {
            System.err.println("Start this with ./clickstream; it says what it can do.");
            System.exit(2);
            return;
        }
        boolean terminal = Boolean.getBoolean("clickstream.terminal");
        Commands commands = new Commands(Path.of(root).toAbsolutePath().normalize(), System.out, terminal);
        Shutdown.interruptsThisThread();
        int exitCode = run(commands, args[0], Arrays.copyOfRange(args, 1, args.length));
        exit(exitCode);
    }

    private static int run(Commands commands, String command, String[] options) throws Exception {
        Map<String, String> environment = System.getenv();
        try {
            return switch (command) {
                case "up" -> UpOptions.PROGRAM.run(options, environment, commands::up);
                case "demo" -> DemoOptions.PROGRAM.run(options, environment, commands::demo);
                case "replay" ->
                    ReplayRejectedOptions.areMeant(options)
                            ? ReplayRejectedOptions.PROGRAM.run(options, environment, commands::replayRejected)
                            : ReplayOptions.PROGRAM.run(options, environment, commands::replay);
                case "backfill" -> BackfillOptions.PROGRAM.run(options, environment, commands::backfill);
                case "recompute" -> RecomputeOptions.PROGRAM.run(options, environment, commands::recompute);
                case "verify" -> VerifyOptions.PROGRAM.run(options, environment, commands::verify);
                case "bench" ->
                    BenchOptions.PROGRAM.run(
                            options, environment, read -> commands.bench(read, TypedLine.of(command, options)));
                default -> {
                    System.err.println("There is no command '" + command + "'. ./clickstream help lists them.");
                    yield 2;
                }
            };
        } catch (CannotStartException e) {
            System.err.println(e.getMessage());
            return 2;
        } catch (InterruptedException | java.io.InterruptedIOException e) {
            System.err.println("Stopped before it was done.");
            return 130;
        } catch (IOException e) {
            System.err.println("Failed: " + e.getMessage());
            return 1;
        }
    }

    /**
     * Ends the process with this code. On a thread of its own, since the shutdown hook waits for this one to return; not
     * a daemon, or the JVM could end first, with code 0.
     */
    private static void exit(int code) {
        new Thread(() -> System.exit(code), "exit").start();
    }
}

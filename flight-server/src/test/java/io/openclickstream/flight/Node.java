package io.openclickstream.flight;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A real Node.js with the packages of {@code clients/node}: the environment's {@code CLICKSTREAM_NODE}, else {@code node}.
 * Tests are skipped where there is none, but not on CI.
 */
final class Node {
    private static final Path CLIENT = ServerProcess.ROOT.resolve("flight-server/clients/node");

    private Node() {}

    static void require() throws Exception {
        ScriptProcess.require(
                command("await import('./follow.mjs')"),
                interpreter() + " or the packages of flight-server/clients/node are missing. Run npm ci there");
    }

    /** Runs a module that can import what lies in {@code clients/node}. */
    static ScriptProcess start(String module) throws IOException {
        return ScriptProcess.start(command(module));
    }

    private static ProcessBuilder command(String module) {
        return new ProcessBuilder(interpreter(), "--input-type=module", "--eval", module).directory(CLIENT.toFile());
    }

    private static String interpreter() {
        String given = System.getenv("CLICKSTREAM_NODE");
        return given == null || given.isBlank() ? "node" : given;
    }
}

package io.openclickstream.flight;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real python3 with pyarrow, pandas and polars: the environment's {@code CLICKSTREAM_PYTHON}, else the checkout's
 * {@code .venv}, else {@code python3}. Tests are skipped where there is none, but not on CI.
 */
final class Python {
    private static final Path CLIENT = ServerProcess.ROOT.resolve("flight-server/clients/python");

    private static boolean isThere;

    private Python() {}

    static synchronized void require() throws Exception {
        if (isThere) {
            return;
        }
        ScriptProcess.require(
                command("-c", "import pyarrow.flight, pandas, polars"),
                interpreter()
                        + " lacks pyarrow, pandas or polars. Run: python3 -m venv .venv && .venv/bin/pip install pyarrow pandas polars");
        isThere = true;
    }

    /** Runs a script with our package on its path and returns what it printed. */
    static String run(String... arguments) throws Exception {
        try (ScriptProcess python = start(arguments)) {
            return python.output();
        }
    }

    static ScriptProcess start(String... arguments) throws IOException {
        return ScriptProcess.start(command(arguments));
    }

    private static ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(interpreter()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(CLIENT.toFile());
        builder.environment().put("PYTHONPATH", CLIENT.toString());
        builder.environment().put("PYTHONUNBUFFERED", "1");
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        return builder;
    }

    private static String interpreter() {
        String given = System.getenv("CLICKSTREAM_PYTHON");
        if (given != null && !given.isBlank()) {
            return given;
        }
        Path inCheckout = ServerProcess.ROOT.resolve(".venv/bin/python");
        return Files.isExecutable(inCheckout) ? inCheckout.toString() : "python3";
    }
}

package io.openclickstream.load.operator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs the process of a benchmark: in a JVM of its own, unless only its outcome matters and not its speed. */
@FunctionalInterface
public interface Runner {
    /**
     * Runs it to its end.
     *
     * @param log where what it prints is kept
     * @return what it saw
     */
    JsonNode run(List<String> arguments, Path log) throws IOException, InterruptedException;
}

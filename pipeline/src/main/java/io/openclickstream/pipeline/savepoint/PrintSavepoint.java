package io.openclickstream.pipeline.savepoint;

import java.io.IOException;

/** Prints what a savepoint holds: operators, their states with their types, and which of them are registered. */
public final class PrintSavepoint {
    private PrintSavepoint() {}

    /** Takes the path of a savepoint's folder; exit code 1 when it cannot be read. */
    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("Give one argument: the folder of a savepoint or of a checkpoint.");
            System.exit(2);
        }
        try {
            SavepointText.lines(SavepointContents.read(args[0])).forEach(System.out::println);
        } catch (IOException | RuntimeException e) {
            System.err.println("Cannot read the savepoint: " + e.getMessage());
            System.exit(1);
        }
    }
}

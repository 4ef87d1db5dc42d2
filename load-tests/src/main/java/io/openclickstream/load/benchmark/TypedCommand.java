package io.openclickstream.load.benchmark;

import java.util.Properties;

/** How a benchmark was started, as somebody types it who wants to run it again. */
public final class TypedCommand {
    /** The property in which the launcher says what was typed, as a whole line. */
    public static final String PROPERTY = "clickstream.command";

    private TypedCommand() {}

    /**
     * What the launcher was told; of a benchmark that was started without it, the name of its main and its arguments.
     *
     * @param properties of the JVM
     */
    public static String of(Properties properties, Class<?> main, String... args) {
        String typed = properties.getProperty(PROPERTY);
        return typed != null ? typed : (main.getSimpleName() + " " + String.join(" ", args)).strip();
    }
}

package io.openclickstream.options;

import io.openclickstream.options.Mistakes.Given;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.BiConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * A program and its options: an interface whose methods, its own and inherited ones, carry picocli's {@code @Option} (and
 * {@code @Parameters}).
 *
 * <p>An option has one name everywhere: {@code --session.gap=30m} on the command line, {@code session.gap=30m} in a
 * file given by {@code --options FILE}, {@code CLICKSTREAM_SESSION_GAP=30m} in the environment. The command line wins
 * over the environment, the environment over the file, the file over the default. Unknown names on the command line
 * and in the file are mistakes; unknown environment variables are not, since Kubernetes adds its own.
 *
 * @param <T> the interface
 * @param name the program's name as a person types it
 * @param type the interface's class
 * @param check looks at the values together; one that could not be read by itself is its default then, and where that
 *     leaves a required one missing it is not called
 */
public record Program<T>(String name, Class<T> type, BiConsumer<T, Mistakes> check) {
    private static final String ENVIRONMENT_PREFIX = "CLICKSTREAM_";
    private static final String OPTIONS_FILE = "options";

    /** What a program does once its options are right. */
    @FunctionalInterface
    public interface Body<T> {
        /** Runs the program and returns its exit code. */
        int run(T options) throws Exception;
    }

    /**
     * Reads the options and runs the body. Prints the help and returns 0 for {@code --help}; prints every mistake to
     * standard error and returns 2 when an option is wrong.
     */
    public int run(String[] args, Map<String, String> environment, Body<T> body) throws Exception {
        return run(args, environment, body, System.out, System.err);
    }

    int run(String[] args, Map<String, String> environment, Body<T> body, PrintStream out, PrintStream err)
            throws Exception {
        if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
            out.print(help());
            return 0;
        }
        T options;
        try {
            options = read(List.of(args), environment);
        } catch (OptionsException e) {
            err.println(e.getMessage());
            return 2;
        }
        return body.run(options);
    }

    /** The help text: usage, every option with its default, and how file and environment name it. */
    public String help() {
        return commandLine().getUsageMessage() + """

                Every option can also stand in a file (--options FILE, lines such as %1$s) or in the
                environment (%2$s). The command line wins over the environment, the environment over the file.
                """.formatted(example() + "=VALUE", variable(example()) + "=VALUE");
    }

    /** Every option's name without dashes, in the order in which the help lists them. */
    public List<String> optionNames() {
        return commandLine().getCommandSpec().options().stream()
                .map(Program::nameOf)
                .sorted()
                .toList();
    }

    /**
     * Reads the options from all three places.
     *
     * @throws OptionsException when one or more are wrong; its message lists all of them
     */
    public T read(List<String> args, Map<String, String> environment) throws OptionsException {
        CommandLine commandLine = commandLine();
        Map<String, Given> given = new LinkedHashMap<>();
        Mistakes mistakes = new Mistakes(given);
        List<String> merged = new ArrayList<>();

        Map<String, String> onCommandLine = valuesOnCommandLine(args);
        Map<String, String> inEnvironment = new LinkedHashMap<>();
        for (OptionSpec option : commandLine.getCommandSpec().options()) {
            String value = environment.get(variable(nameOf(option)));
            if (value != null) {
                inEnvironment.put(nameOf(option), value);
            }
        }
        Map<String, String> inFile = new LinkedHashMap<>();
        String file = onCommandLine.getOrDefault(OPTIONS_FILE, environment.get(variable(OPTIONS_FILE)));
        if (file != null) {
            inFile.putAll(readFile(Path.of(file), mistakes));
        }
        inFile.forEach((name, value) -> give(merged, given, name, value, "file " + file));
        inEnvironment.forEach((name, value) -> give(merged, given, name, value, "environment " + variable(name)));
        onCommandLine.forEach((name, value) -> given.put(name, shown(name, value, "command line")));
        merged.removeIf(arg -> onCommandLine.containsKey(arg.substring(2, arg.indexOf('='))));
        merged.addAll(args);

        var parsed = commandLine.parseArgs(merged.toArray(String[]::new));
        for (Exception error : parsed.errors()) {
            report(error, mistakes);
        }
        T options = InheritedOptions.values(commandLine.getCommandSpec(), type);
        if (parsed.errors().isEmpty()) {
            check.accept(options, mistakes);
        } else {
            checkWithout(parsed.errors(), merged, mistakes);
        }
        if (!mistakes.lines().isEmpty()) {
            throw new OptionsException(name, mistakes.lines());
        }
        return options;
    }

    /** Looks at the other values all the same, so that a person learns of every mistake in one go. */
    private void checkWithout(List<Exception> errors, List<String> args, Mistakes mistakes) {
        Set<String> unreadable = new HashSet<>();
        for (Exception error : errors) {
            if (error instanceof ParameterException wrong && wrong.getArgSpec() instanceof OptionSpec option) {
                unreadable.add(nameOf(option));
            }
        }
        CommandLine others = commandLine();
        Set<String> known = others.getCommandSpec().optionsMap().keySet();
        List<String> readable = valuesOnCommandLine(args).entrySet().stream()
                .filter(value -> known.contains("--" + value.getKey()) && !unreadable.contains(value.getKey()))
                .map(value -> "--" + value.getKey() + "=" + value.getValue())
                .toList();
        // A required value or parameter may be missing now; then there is nothing whole to look at.
        if (others.parseArgs(readable.toArray(String[]::new)).errors().isEmpty()) {
            check.accept(InheritedOptions.values(others.getCommandSpec(), type), mistakes);
        }
    }

    private void give(List<String> merged, Map<String, Given> given, String name, String value, String source) {
        merged.removeIf(arg -> arg.startsWith("--" + name + "="));
        merged.add("--" + name + "=" + value);
        given.put(name, shown(name, value, source));
    }

    private Given shown(String name, String value, String source) {
        return new Given(isSecret(name) ? "(hidden)" : value, source);
    }

    private boolean isSecret(String name) {
        for (Method method : type.getMethods()) {
            var option = method.getAnnotation(CommandLine.Option.class);
            if (option != null
                    && method.isAnnotationPresent(Secret.class)
                    && List.of(option.names()).contains("--" + name)) {
                return true;
            }
        }
        return false;
    }

    private static void report(Exception error, Mistakes mistakes) {
        if (error instanceof ParameterException wrong && wrong.getArgSpec() instanceof OptionSpec option) {
            String reason = wrong.getCause() instanceof TypeConversionException conversion
                    ? String.valueOf(conversion.getMessage())
                    : String.valueOf(wrong.getMessage());
            mistakes.add(nameOf(option), reason);
        } else {
            mistakes.addLine(String.valueOf(error.getMessage()));
        }
    }

    private static Map<String, String> readFile(Path file, Mistakes mistakes) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            mistakes.addLine("options=%s: cannot be read (%s). Give a readable file of name=value lines"
                    .formatted(file, e.getMessage()));
        }
        Map<String, String> values = new LinkedHashMap<>();
        properties.stringPropertyNames().stream().sorted().forEach(key -> values.put(key, properties.getProperty(key)));
        return values;
    }

    private static Map<String, String> valuesOnCommandLine(List<String> args) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (!arg.startsWith("--")) {
                continue;
            }
            int equals = arg.indexOf('=');
            if (equals > 0) {
                values.put(arg.substring(2, equals), arg.substring(equals + 1));
            } else {
                boolean hasValue = i + 1 < args.size() && !args.get(i + 1).startsWith("--");
                values.put(arg.substring(2), hasValue ? args.get(i + 1) : "true");
            }
        }
        return values;
    }

    private CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(type)
                .setCommandName(name)
                .registerConverter(Duration.class, Quantities::duration)
                .registerConverter(ByteSize.class, Quantities::size)
                .setUsageHelpAutoWidth(true)
                .setUsageHelpLongOptionsMaxWidth(36);
        InheritedOptions.addTo(commandLine.getCommandSpec(), type);
        commandLine.getCommandSpec().parser().collectErrors(true);
        commandLine
                .getCommandSpec()
                .addOption(OptionSpec.builder("--" + OPTIONS_FILE)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("A file with options, one name=value a line.")
                        .build())
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Print this help.")
                        .build());
        return commandLine;
    }

    private String example() {
        return optionNames().stream()
                .filter(option -> option.contains("."))
                .findFirst()
                .orElse("name");
    }

    private static String nameOf(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    private static String variable(String option) {
        return ENVIRONMENT_PREFIX + option.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}

package io.openclickstream.k8s;

import io.openclickstream.options.OptionsException;
import io.openclickstream.options.Program;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Option;

/** What a program makes of a file with options; the program itself reads it, so every name and value counts. */
record ProgramOptions(Class<?> type, Object values) {

    /**
     * Reads the text of an options file, and options in the environment.
     *
     * @throws OptionsException when the program would not start with it
     */
    static ProgramOptions read(Program<?> program, String text, Map<String, String> environment)
            throws OptionsException {
        try {
            Path file = Files.createTempFile("options", ".properties");
            Files.writeString(file, text);
            return new ProgramOptions(program.type(), program.read(List.of("--options", file.toString()), environment));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The value of an option, given by its name without dashes. */
    Object value(String name) {
        for (Method method : type.getMethods()) {
            Option option = method.getAnnotation(Option.class);
            if (option != null && List.of(option.names()).contains("--" + name)) {
                try {
                    return method.invoke(values);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("Cannot read option " + name, e);
                }
            }
        }
        throw new IllegalStateException("There is no option " + name + " in " + type);
    }

    static Program<?> programOf(Class<?> mainClass) {
        List<? extends Program<?>> programs = classesBeside(mainClass)
                .flatMap(type -> Stream.of(type.getDeclaredFields()))
                .filter(field -> field.getType() == Program.class && Modifier.isStatic(field.getModifiers()))
                .map(ProgramOptions::programIn)
                .toList();
        if (programs.size() != 1) {
            throw new IllegalStateException(
                    "%d programs stand beside %s instead of one.".formatted(programs.size(), mainClass));
        }
        return programs.get(0);
    }

    private static Program<?> programIn(Field field) {
        try {
            field.setAccessible(true);
            return (Program<?>) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot read " + field, e);
        }
    }

    /** The classes of the same package, from a jar or a folder. */
    private static Stream<? extends Class<?>> classesBeside(Class<?> mainClass) {
        String folder = mainClass.getPackageName().replace('.', '/');
        try {
            Path place = Path.of(mainClass
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            List<String> names;
            if (Files.isDirectory(place)) {
                try (var files = Files.newDirectoryStream(place.resolve(folder), "*.class")) {
                    names = StreamSupport.stream(files.spliterator(), false)
                            .map(file -> file.getFileName().toString())
                            .toList();
                }
            } else {
                try (var jar = new java.util.jar.JarFile(place.toFile())) {
                    names = jar.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> name.matches(folder + "/[^/]+\\.class"))
                            .map(name -> name.substring(folder.length() + 1))
                            .toList();
                }
            }
            return names.stream()
                    .filter(name -> name.contains("Options") || name.contains("Main"))
                    .filter(name -> !name.contains("$"))
                    .map(name -> load(mainClass.getPackageName() + "." + name.replaceFirst("\\.class$", "")));
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("Cannot list the classes beside " + mainClass, e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ProgramOptions.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}

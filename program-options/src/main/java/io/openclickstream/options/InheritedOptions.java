package io.openclickstream.options;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Options that an interface has from the interfaces it extends. Picocli takes only those that an interface declares itself,
 * and has an object for each interface.
 */
final class InheritedOptions {
    private InheritedOptions() {}

    /** Makes the options of all that the type extends, at any distance, options of the command. */
    static void addTo(CommandSpec command, Class<?> type) {
        parents(type)
                .distinct()
                .forEach(parent -> command.addMixin(parent.getName(), CommandSpec.forAnnotatedObjectLenient(parent)));
    }

    /** The values of all options; a class has those of its superclasses by itself. */
    static <T> T values(CommandSpec command, Class<T> type) {
        Object own = command.userObject();
        if (!type.isInterface() || command.mixins().isEmpty()) {
            return type.cast(own);
        }
        Map<String, Object> inherited = command.mixins().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, mixin -> mixin.getValue().userObject()));
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (unused, method, arguments) ->
                        call(inherited.getOrDefault(method.getDeclaringClass().getName(), own), method, arguments)));
    }

    private static Object call(Object values, Method method, Object[] arguments) throws Throwable {
        try {
            method.setAccessible(true); // the interface may be its package's own
            return method.invoke(values, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Stream<Class<?>> parents(Class<?> type) {
        return type.isInterface()
                ? Arrays.stream(type.getInterfaces())
                        .flatMap(parent -> Stream.concat(Stream.of(parent), parents(parent)))
                : Stream.empty();
    }
}

package io.openclickstream.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of an image's build file. */
record Containerfile(String text) {

    static Containerfile of(String image) {
        try {
            return new Containerfile(Files.readString(
                    Manifests.MODULE.resolve("images").resolve(image).resolve("Containerfile")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The words of the ENTRYPOINT. */
    List<String> entryPoint() {
        Matcher line =
                Pattern.compile("^ENTRYPOINT \\[(.*)]$", Pattern.MULTILINE).matcher(text);
        if (!line.find()) {
            throw new IllegalStateException("The Containerfile has no ENTRYPOINT [...]");
        }
        return Pattern.compile("\"([^\"]*)\"")
                .matcher(line.group(1))
                .results()
                .map(word -> word.group(1))
                .toList();
    }

    /** The files of the checkout that it copies and that no build makes. */
    List<Path> copiedSources() {
        return Pattern.compile("^COPY (?:--\\S+ )*(\\S+) ", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(line -> line.group(1))
                .filter(source -> !source.contains("/target/"))
                .map(source -> Manifests.MODULE.resolve("..").resolve(source))
                .toList();
    }
}

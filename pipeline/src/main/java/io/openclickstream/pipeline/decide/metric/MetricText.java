package io.openclickstream.pipeline.decide.metric;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What stands in a metric's file beside what SQL sees of it. */
final class MetricText {
    /** Quoted parts, which are kept as they are, or comments, or white space. */
    private static final Pattern PARTS =
            Pattern.compile("('[^']*+(?:''[^']*+)*+'|\"[^\"]*+\")|(?:--[^\n]*+|/\\*.*?\\*/|\\s++)++", Pattern.DOTALL);

    private MetricText() {}

    /** The comment above the query, in one line. */
    static String description(String text) {
        return text.lines()
                .map(String::strip)
                .takeWhile(line -> line.startsWith("--") || line.isEmpty())
                .map(line -> line.replaceFirst("^--\\s*", ""))
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "));
    }

    /** The query alone, white space as one space, so that a new comment makes no new metric. */
    static String withoutComments(String text) {
        return PARTS.matcher(text)
                .replaceAll(part -> part.group(1) == null ? " " : Matcher.quoteReplacement(part.group(1)))
                .strip();
    }
}

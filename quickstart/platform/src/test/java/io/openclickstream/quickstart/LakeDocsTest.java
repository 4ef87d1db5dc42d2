package io.openclickstream.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/lake.md shows is, letter for letter, what the end-to-end tests run. */
class LakeDocsTest {
    private static final Path ROOT = Path.of(System.getProperty("clickstream.root"));
    private static final Path SNIPPETS = ROOT.resolve("docs/lake");

    static List<Path> snippets() throws IOException {
        try (Stream<Path> files = Files.list(SNIPPETS)) {
            return files.filter(file -> file.toString().matches(".*\\.(py|properties)"))
                    .map(Path::getFileName)
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void snippetIsShownAsItIsAndRun(Path name) throws IOException {
        String language = name.toString().endsWith(".py") ? "python" : "properties";
        assertThat(Files.readString(ROOT.resolve("docs/lake.md")))
                .contains("[`%1$s`](lake/%1$s)\n\n```%2$s\n%3$s```\n"
                        .formatted(name, language, Files.readString(SNIPPETS.resolve(name))));
        Path runner = ROOT.resolve("quickstart/platform/src/test")
                .resolve(
                        language.equals("python")
                                ? "python/read_lake.py"
                                : "java/io/openclickstream/quickstart/endtoend/ReadEverywhereIT.java");
        assertThat(Files.readString(runner))
                .contains(name.toString().endsWith(".py") ? "import " + stem(name) + "\n" : "docs/lake/" + name);
    }

    @Test
    void versionsAreThoseOfTheTests() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/lake.md"));
        for (String engine : List.of("pyarrow", "polars", "duckdb", "pyiceberg")) {
            assertThat(page.toLowerCase(java.util.Locale.ROOT))
                    .contains("| %s | %s |".formatted(engine, version(engine)));
        }
        assertThat(page)
                .contains("| Spark | %s with Iceberg".formatted(version("pyspark")))
                .contains("| Trino | %s,".formatted(property("quickstart/trino/pom.xml", "trino.version")))
                .contains("with Iceberg %s |".formatted(property("pom.xml", "iceberg.version")))
                .contains("iceberg-spark-runtime-4.1_2.13:%s,".formatted(property("pom.xml", "iceberg.version")))
                .contains("hadoop-aws:%s\"".formatted(property("quickstart/spark/pom.xml", "hadoop-aws.version")));
    }

    private static String version(String engine) throws IOException {
        return Files.readAllLines(SNIPPETS.resolve("requirements.txt")).stream()
                .filter(line -> line.matches(engine + "(\\[.*])?==.*"))
                .map(line -> line.substring(line.indexOf("==") + 2))
                .findFirst()
                .orElseThrow();
    }

    private static String property(String pom, String name) throws IOException {
        String text = Files.readString(ROOT.resolve(pom));
        int start = text.indexOf("<%s>".formatted(name)) + name.length() + 2;
        return text.substring(start, text.indexOf("</%s>".formatted(name), start));
    }

    private static String stem(Path name) {
        String text = name.toString();
        return text.substring(0, text.indexOf('.'));
    }
}

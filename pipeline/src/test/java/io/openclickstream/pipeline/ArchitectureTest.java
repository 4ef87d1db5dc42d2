package io.openclickstream.pipeline;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.UUID;

@AnalyzeClasses(packages = "io.openclickstream.pipeline", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule DECISIONS_ARE_PURE = classes()
            .that()
            .resideInAPackage("..decide..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "org.apache.datasketches..",
                    "com.datadoghq.sketch..",
                    "io.openclickstream.schemas..",
                    "..decide..",
                    // A metric is SQL, and the key of its panes is JSON; see the next rule.
                    "org.apache.calcite..",
                    "com.fasterxml.jackson.core..")
            .because("a rule that knows Flink or a disk cannot be tested by itself, nor run as a batch");

    @ArchTest
    static final ArchRule ONLY_METRICS_KNOW_SQL = noClasses()
            .that()
            .resideOutsideOfPackage("..decide.metric..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.calcite..")
            .because("what is no metric does not depend on how queries are read");

    @ArchTest
    static final ArchRule DECISIONS_HAVE_NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("..decide..", "..operator..", "..source..", "..sink.lake..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(System.class, "getenv")
            .because("the same clicks must give the same result whenever and wherever they are computed");

    @ArchTest
    static final ArchRule KAFKA_STAYS_IN_SOURCE = noClasses()
            .that()
            .resideOutsideOfPackage("..source..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "org.apache.flink.connector.kafka..")
            .because("everything behind the source must run on clicks from anywhere");

    @ArchTest
    static final ArchRule PARQUET_STAYS_IN_THE_LAKE = noClasses()
            .that()
            .resideOutsideOfPackages("..sink.lake..", "..source.lake..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.parquet..", "org.apache.hadoop..")
            .because("the file format is a detail of the lake, which one package writes and another reads back");

    @ArchTest
    static final ArchRule ARROW_STAYS_IN_THE_LIVE_SINK = noClasses()
            .that()
            .resideOutsideOfPackage("..sink.live..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.arrow..")
            .because("Arrow's memory is managed by hand, and one place that does so is enough");

    @ArchTest
    static final ArchRule THE_JOB_DOES_NOT_SEE_THE_SERVER = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.openclickstream.flight..")
            .because("pipeline and Flight server meet in state-schemas only, and are released apart");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("io.openclickstream.pipeline.(**)")
            .should()
            .beFreeOfCycles()
            .because("packages that need each other are one package, and are read as one");
}

package io.openclickstream.load;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

@AnalyzeClasses(packages = "io.openclickstream.load", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule networkOnly = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.openclickstream.pipeline..",
                    "io.openclickstream.flight..",
                    "io.openclickstream.quickstart..",
                    "org.apache.flink..")
            .because("a benchmark that shares code or a process with what it measures measures itself");

    @ArchTest
    static final ArchRule generatorIsPure = classes()
            .that()
            .resideInAPackage("io.openclickstream.load.generator")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "com.fasterxml.jackson.core..",
                    "io.openclickstream.schemas.click..",
                    "io.openclickstream.load.generator..")
            .because("the same seed must give the same bytes everywhere, whatever surrounds the generator");

    @ArchTest
    static final ArchRule generatorHasNoClockAndNoChance = noClasses()
            .that()
            .resideInAPackage("io.openclickstream.load.generator")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .because("a click depends on the seed, the settings and its position, and on nothing else");
}

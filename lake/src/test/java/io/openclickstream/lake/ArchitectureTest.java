package io.openclickstream.lake;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;

@AnalyzeClasses(packages = "io.openclickstream.lake", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule KNOWS_NEITHER_FLINK_NOR_PARQUET = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.flink..",
                    "org.apache.kafka..",
                    "org.apache.parquet..",
                    "org.apache.hadoop..",
                    "org.apache.arrow..")
            .because("the job, maintenance and readers share the tables, each with a Parquet and a life of its own");

    @ArchTest
    static final ArchRule AMAZON_STAYS_IN_STORAGE = noClasses()
            .that()
            .resideOutsideOfPackage("..lake.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon..", "org.apache.iceberg.aws..")
            .because("a lake on a disk and one in an object store are committed by the same code");

    @ArchTest
    static final ArchRule STORAGE_KNOWS_FILES_ONLY = noClasses()
            .that()
            .resideInAPackage("..lake.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.openclickstream.lake", "..lake.catalog..", "io.openclickstream.schemas..")
            .because("what a store promises is said and tested without tables");

    @ArchTest
    static final ArchRule THE_EMBEDDED_CATALOG_KNOWS_NO_EPOCHS = noClasses()
            .that()
            .resideInAPackage("..lake.catalog..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.openclickstream.lake", "io.openclickstream.schemas..")
            .because("it is one catalog among others, and commits must be right with any of them");

    @ArchTest
    static final ArchRule THE_REST_ASKS_THE_CATALOG_OF_THE_LAKE = noClasses()
            .that()
            .resideInAPackage("io.openclickstream.lake")
            .and()
            .doNotHaveSimpleName("LakeCatalog")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..lake.catalog..", "org.apache.iceberg.jdbc..", "org.apache.iceberg.rest..")
            .because("which catalog it is, is decided in one place");

    @ArchTest
    static final ArchRule EPOCHS_ARE_PURE = noClasses()
            .that(simpleName("EpochFile").or(simpleName("EpochMark")).or(simpleName("LakeEpoch")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio..", "..lake.storage..", "..lake.catalog..")
            .because("what a name or a property says is a decision, and no file is asked for it");

    @ArchTest
    static final ArchRule NO_CLOCK_AND_NO_ENVIRONMENT = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class)
            .because("what is committed depends on the epoch alone, whenever and wherever that is done");

    @ArchTest
    static final ArchRule ONLY_WAITING_LOOKS_AT_A_STOPWATCH = noClasses()
            .that()
            .doNotHaveSimpleName("Retry")
            .should()
            .callMethod(System.class, "nanoTime")
            .because("a commit that took long is as right as one that did not");
}

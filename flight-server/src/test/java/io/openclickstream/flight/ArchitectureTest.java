package io.openclickstream.flight;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.openclickstream.flight.store.LiveStore;
import io.openclickstream.flight.store.Position;
import io.openclickstream.flight.store.TableView;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;

@AnalyzeClasses(packages = "io.openclickstream.flight", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String TABLE = "io.openclickstream.flight.table..";
    private static final String LOG = "io.openclickstream.flight.log..";
    private static final String STORE = "io.openclickstream.flight.store..";
    private static final String SERVER = "io.openclickstream.flight.server..";
    private static final String READ = "io.openclickstream.flight.read..";
    private static final String ACCESS = "io.openclickstream.flight.access..";

    @ArchTest
    static final ArchRule tablesDecideAndDoNothingElse = noClasses()
            .that()
            .resideInAPackage(TABLE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    LOG,
                    STORE,
                    SERVER,
                    READ,
                    ACCESS,
                    "org.apache.arrow.flight..",
                    "org.apache.arrow.vector.ipc..",
                    "io.grpc..",
                    "java.io..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.net..",
                    "org.slf4j..")
            .because("a table must give the same rows for the same puts, in a test, in a replay and on a replica");

    @ArchTest
    static final ArchRule theLogKnowsBytesOnly = noClasses()
            .that()
            .resideInAPackage(LOG)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TABLE, STORE, SERVER, "org.apache.arrow..", "io.openclickstream.schemas..")
            .because("what is on disk must be readable whatever tables become, and testable byte by byte");

    @ArchTest
    static final ArchRule theStoreDoesNotSeeTheServer = noClasses()
            .that()
            .resideInAPackage(STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    SERVER, READ, ACCESS, "org.apache.arrow.flight..", "io.grpc..", "com.sun.net.httpserver..")
            .because("durability is tested without a network, and other ways to serve a table come later");

    @ArchTest
    static final ArchRule flightAppearsInTheServerPackageOnly = noClasses()
            .that()
            .resideOutsideOfPackage(SERVER)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.arrow.flight..")
            .because("Flight is how tables are asked for, not what they are");

    @ArchTest
    static final ArchRule rowsAreReadInOnePlaceOnly = noClasses()
            .that()
            .resideOutsideOfPackages(READ, STORE)
            .and()
            .doNotHaveSimpleName("ServerMetrics") // for admins, or as the options say
            .and()
            .doNotHaveSimpleName("Service") // logs the names at the start
            .should()
            .callMethod(LiveStore.class, "snapshot", String.class)
            .orShould()
            .callMethod(LiveStore.class, "snapshot", TableView.class)
            .orShould()
            .callMethod(LiveStore.class, "resume", TableView.class, Position.class)
            .orShould()
            .callMethod(LiveStore.class, "tableNames")
            .because("a call that reads past ReadableTables shows a principal rows of others");

    @ArchTest
    static final ArchRule accessKnowsNeitherFlightNorHttpNorTables = noClasses()
            .that()
            .resideInAPackage(ACCESS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORE, LOG, READ, SERVER, "org.apache.arrow..", "io.grpc..", "com.sun.net.httpserver..")
            .because("who somebody is must not hang on how they ask, so that every port decides alike");

    @ArchTest
    static final ArchRule readingKnowsNeitherFlightNorHttp = noClasses()
            .that()
            .resideInAPackage(READ)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LOG, SERVER, "org.apache.arrow.flight..", "io.grpc..", "com.sun.net.httpserver..")
            .because("a row filter that each port applied for itself would be forgotten by one of them");

    @ArchTest
    static final ArchRule serverAndPipelineMeetInTheSchemasOnly = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.openclickstream.pipeline..", "org.apache.flink..", "org.apache.kafka..")
            .because("the two run and are upgraded apart; what crosses between them is in state-schemas");

    @ArchTest
    static final ArchRule noClockOrChanceBelowTheServer = noClasses()
            .that()
            .resideInAnyPackage(TABLE, LOG, STORE)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class)
            .because("a replay of the log must end in the same tables whenever it happens");

    @ArchTest
    static final ArchRule whoeverReadsOrSignsInIsToldTheTime = noClasses()
            .that()
            .resideInAnyPackage(READ, ACCESS)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .because("what expires is tested without waiting for it");
}

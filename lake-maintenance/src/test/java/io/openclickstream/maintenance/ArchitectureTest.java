package io.openclickstream.maintenance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.openclickstream.lake.LakeCommitter;
import io.openclickstream.lake.storage.LakeStorage;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.PendingUpdate;
import org.apache.iceberg.io.FileIO;

@AnalyzeClasses(packages = "io.openclickstream.maintenance", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final Set<String> OF_STORES = Set.of("create", "replace", "upload", "giveUp", "deleteFile");

    /** A call that changes a table or a file of the lake. */
    private static final DescribedPredicate<JavaAccess<?>> CHANGES_THE_LAKE = describe("change the lake", call -> {
        var owner = call.getTargetOwner();
        boolean isStore = owner.isAssignableTo(FileIO.class) || owner.isAssignableTo(LakeStorage.class);
        return (isStore && OF_STORES.contains(call.getTarget().getName()))
                || (owner.isAssignableTo(PendingUpdate.class)
                        && call.getTarget().getName().equals("commit"));
    });

    @ArchTest
    static final ArchRule FLINK_IS_NOT_IN_HERE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.flink..", "org.apache.kafka..", "io.openclickstream.pipeline..")
            .because("maintenance has a newer Parquet than Flink, and works whether the job runs or not");

    @ArchTest
    static final ArchRule AMAZON_IS_KNOWN_TO_THE_LAKE_ONLY = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon..", "org.apache.iceberg.aws..", "org.apache.hadoop..")
            .because("a lake on a disk is maintained and erased from by the same code");

    @ArchTest
    static final ArchRule ONLY_THE_JOB_COMMITS_EPOCHS = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(LakeCommitter.class)
            .because("marks are the job's; whoever else sets one makes it lose or repeat rows");

    @ArchTest
    static final ArchRule PLANS_CHANGE_NOTHING = noClasses()
            .that(simpleName("Planner")
                    .or(simpleName("Compaction"))
                    .or(simpleName("TablePlan"))
                    .or(simpleName("TableFiles"))
                    .or(simpleName("LakeLayout"))
                    .or(simpleName("Verification"))
                    .or(simpleName("SortedRewrite")))
            .should()
            .accessTargetWhere(CHANGES_THE_LAKE)
            .because("a dry run says what would be done, and a verification what is there; neither may do it");

    @ArchTest
    static final ArchRule ONLY_MAINS_KNOW_THE_TIME_AND_THE_ENVIRONMENT = noClasses()
            .that(DescribedPredicate.not(simpleNameEndingWith("Main")))
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class)
            .because("what is due is decided from the lake and a moment that is given, so that it can be tested");
}

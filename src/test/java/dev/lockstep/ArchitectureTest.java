package dev.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/** The arrows between the packages, and who may know what. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule arrowsNeverTurnBack = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("cli")
            .definedBy("dev.lockstep.cli..")
            .layer("realm")
            .definedBy("dev.lockstep.realm..")
            .layer("transpile")
            .definedBy("dev.lockstep.transpile..")
            .layer("audit")
            .definedBy("dev.lockstep.audit..")
            .layer("mirror")
            .definedBy("dev.lockstep.mirror..")
            .layer("fts")
            .definedBy("dev.lockstep.fts..")
            .layer("journal")
            .definedBy("dev.lockstep.journal..")
            .layer("profile")
            .definedBy("dev.lockstep.profile..")
            .layer("db")
            .definedBy("dev.lockstep.db..")
            .layer("support")
            .definedBy("dev.lockstep.support..")
            .whereLayer("support")
            .mayOnlyBeAccessedByLayers(
                    "cli", "realm", "transpile", "audit", "mirror", "fts", "journal", "profile", "db")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("realm")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("transpile")
            .mayOnlyBeAccessedByLayers("cli", "realm")
            .whereLayer("audit")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("mirror")
            .mayOnlyBeAccessedByLayers("cli", "audit")
            .whereLayer("fts")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("journal")
            .mayOnlyBeAccessedByLayers("cli", "mirror", "fts", "audit")
            .whereLayer("profile")
            .mayOnlyBeAccessedByLayers("cli", "realm", "transpile", "audit", "mirror", "fts", "journal");

    @ArchTest
    static final ArchRule noCycles =
            SlicesRuleDefinition.slices().matching("dev.lockstep.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyDbKnowsTheDrivers = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.db..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "org.sqlite..", "org.mariadb..");

    @ArchTest
    static final ArchRule onlyCliKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "org.jline..");

    @ArchTest
    static final ArchRule onlyCliPrints = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.cli..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");
}

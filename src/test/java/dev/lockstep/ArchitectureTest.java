package dev.lockstep;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The arrows between the packages, and who may know what. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final int MAX_LINES = 300;

    @ArchTest
    static final ArchRule arrowsNeverTurnBack = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("cli")
            .definedBy("dev.lockstep.cli..")
            .layer("api")
            .definedBy("dev.lockstep.api..")
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
                    "cli", "api", "realm", "transpile", "audit", "mirror", "fts", "journal", "profile", "db")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("api")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("realm")
            .mayOnlyBeAccessedByLayers("cli", "api")
            .whereLayer("transpile")
            .mayOnlyBeAccessedByLayers("cli", "api", "realm")
            .whereLayer("audit")
            .mayOnlyBeAccessedByLayers("cli", "api")
            .whereLayer("mirror")
            .mayOnlyBeAccessedByLayers("cli", "api", "audit")
            .whereLayer("fts")
            .mayOnlyBeAccessedByLayers("cli", "api")
            .whereLayer("journal")
            .mayOnlyBeAccessedByLayers("cli", "api", "mirror", "fts", "audit")
            .whereLayer("profile")
            .mayOnlyBeAccessedByLayers("cli", "api", "realm", "transpile", "audit", "mirror", "fts", "journal");

    @ArchTest
    static final ArchRule noCycles =
            SlicesRuleDefinition.slices().matching("dev.lockstep.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyDbKnowsTheDrivers = noClasses()
            .that()
            .resideOutsideOfPackages("dev.lockstep.db..", "dev.lockstep.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "org.sqlite..", "org.mariadb..");

    @ArchTest
    static final ArchRule theFrontTakesWhatItIsHandedAndRunsNoSqlOfItsOwn = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.api..")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "org.sqlite..", "org.mariadb..")
                            .and(not(belongToAnyOf(DataSource.class, Connection.class))));

    @ArchTest
    static final ArchRule onlyCliKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "org.jline..");

    /** The engine goes without an HTTP server. */
    @ArchTest
    static final ArchRule onlyTheRelayServes = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.realm.relay")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule theEngineGoesWithoutTheRelay = noClasses()
            .that()
            .resideOutsideOfPackages("dev.lockstep.realm.relay", "dev.lockstep.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.lockstep.realm.relay");

    @ArchTest
    static final ArchRule onlyCliPrints = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.cli..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule postgresqlsDriverHasItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.db.postgres")
            .and()
            .doNotHaveSimpleName("CopyStream")
            .and()
            .doNotHaveSimpleName("ListenSession")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.postgresql..");

    @ArchTest
    static final ArchRule sqlitesDriverHasItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.db.sqlite")
            .and()
            .doNotHaveSimpleName("Cells")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.sqlite..");

    @ArchTest
    static final ArchRule mariaDbsDriverHasItsRoom = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.db.mariadb")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.mariadb..");

    @ArchTest
    static final ArchRule whereAServerIsIsFoundWithoutADriver = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.db.libpq")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.postgresql..");

    @ArchTest
    static final ArchRule theProofSharesNoConversionWithTheCopy = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.mirror.verify")
            .or(resideInAPackage("dev.lockstep.mirror.proof").and(simpleNameEndingWith("Reader")))
            .should()
            .dependOnClassesThat()
            .haveNameMatching(".*\\.(RowMapper|DateTexts|CopyBinaryWriter|MappedRow)");

    @ArchTest
    static final ArchRule commandsOfOneNounKnowNoOther = SlicesRuleDefinition.slices()
            .matching("dev.lockstep.cli.(*)")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    alwaysTrue(),
                    resideInAnyPackage(
                            "dev.lockstep.cli.kit",
                            "dev.lockstep.cli.completion",
                            "dev.lockstep.cli.option",
                            "dev.lockstep.cli.hint",
                            "dev.lockstep.cli.diff",
                            "dev.lockstep.cli.html",
                            "dev.lockstep.cli.pager",
                            "dev.lockstep.cli.metrics",
                            "dev.lockstep.cli.progress",
                            "dev.lockstep.cli.source",
                            "dev.lockstep.cli.text"))
            .ignoreDependency(alwaysTrue(), resideInAPackage("dev.lockstep.cli.process"))
            // What is looked at is what those commands work on.
            .ignoreDependency(resideInAPackage("dev.lockstep.cli.doctor"), alwaysTrue())
            .ignoreDependency(
                    resideInAPackage("dev.lockstep.cli.transpile"), resideInAPackage("dev.lockstep.cli.realm"))
            .ignoreDependency(resideInAPackage("dev.lockstep.cli.shell"), resideInAPackage("dev.lockstep.cli.help"));

    @ArchTest
    static void noRoomIsCrowded(JavaClasses classes) {
        Map<String, Long> rooms = classes.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));

        assertThat(rooms).hasSizeGreaterThan(40);
        assertThat(rooms.entrySet())
                .allSatisfy(
                        room -> assertThat(room.getValue()).as(room.getKey()).isLessThanOrEqualTo(20));
    }

    @Test
    void noFileIsLong() throws IOException {
        List<String> longOnes = new ArrayList<>();
        for (String sources : List.of("main", "test", "bench")) {
            try (Stream<Path> files = Files.walk(Path.of("src", sources))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    int lines = Files.readAllLines(file).size();
                    if (lines > MAX_LINES) {
                        longOnes.add(file + ": " + lines);
                    }
                }
            }
        }

        assertThat(longOnes).isEmpty();
    }
}

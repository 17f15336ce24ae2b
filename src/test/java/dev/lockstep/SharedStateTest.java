package dev.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/** Two callers in one JVM do not meet: what belongs to the whole JVM is the program's affair, in {@code cli}. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class SharedStateTest {
    /** A POSIX lock belongs to the process, which loses it with any descriptor of the file: its holders must be counted. */
    private static final Set<String> PROCESS_LOCKS = Set.of(
            "dev.lockstep.db.embedded.EmbeddedPostgres.USAGES", "dev.lockstep.realm.publish.PublishedTreeLock.OURS");

    /** The types of constants, and Jackson's factory, which is built once and shared by all who write or read JSON. */
    private static final Set<Class<?>> IMMUTABLE = Set.of(
            String.class,
            BigInteger.class,
            BigDecimal.class,
            Duration.class,
            LocalDate.class,
            DateTimeFormatter.class,
            Pattern.class,
            Path.class,
            File.class,
            Charset.class,
            FileAttribute.class,
            JsonFactory.class);

    @ArchTest
    static final ArchRule onlyCliChangesTheJvm = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.cli..")
            .should()
            .callMethod(System.class, "setProperty", String.class, String.class)
            .orShould()
            .callMethod(System.class, "setProperties", Properties.class)
            .orShould()
            .callMethod(System.class, "clearProperty", String.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Logger.class)
            .orShould()
            .callMethod(Runtime.class, "addShutdownHook", Thread.class)
            .orShould()
            .callMethod(Thread.class, "setDefaultUncaughtExceptionHandler", Thread.UncaughtExceptionHandler.class)
            .orShould()
            .callMethod(Locale.class, "setDefault", Locale.class)
            .orShould()
            .callMethod(TimeZone.class, "setDefault", TimeZone.class)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("sun.misc.Signal")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.sql.DriverManager");

    @ArchTest
    static void noStaticFieldOutsideCliCanChange(JavaClasses classes) throws ReflectiveOperationException {
        List<String> mutable = new ArrayList<>();
        for (JavaClass type : classes) {
            if (type.getPackageName().startsWith("dev.lockstep.cli")) {
                continue;
            }
            for (JavaField field : type.getFields()) {
                boolean ours = field.getModifiers().contains(JavaModifier.STATIC)
                        && !field.getModifiers().contains(JavaModifier.SYNTHETIC);
                if (ours && canChange(field)) {
                    mutable.add(field.getFullName());
                }
            }
        }

        assertThat(mutable).containsExactlyInAnyOrderElementsOf(PROCESS_LOCKS);
    }

    private static boolean canChange(JavaField field) throws ReflectiveOperationException {
        if (!field.getModifiers().contains(JavaModifier.FINAL)) {
            return true;
        }
        Field real = field.reflect();
        if (real.getType().isPrimitive()) {
            return false;
        }
        real.setAccessible(true);
        return canChange(real.get(null));
    }

    /** A collection, or an object of ours, by what it is; anything else by its type. */
    private static boolean canChange(Object value) {
        Class<?> type = value.getClass();
        if (value instanceof Collection || value instanceof Map) {
            return !type.getName().startsWith("java.util.ImmutableCollections")
                    && !type.getName().startsWith("java.util.Collections$");
        }
        if (type.getName().startsWith("dev.lockstep.")) {
            return Arrays.stream(type.getDeclaredFields()).anyMatch(field -> !Modifier.isFinal(field.getModifiers()));
        }
        return IMMUTABLE.stream().noneMatch(known -> known.isInstance(value));
    }
}

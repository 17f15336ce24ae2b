package dev.lockstep.fts;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.schema.FtsModule;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the rule of an index is made wrong, random schemas show it: by a difference, or by a trial that refuses them. */
class RuleMutantsTest {
    /** From here on many of the schemas have a flaw. */
    private static final int FIRST = 42;

    private static final int SCHEMAS = 30;
    private static final String DIFFERENT = "DIFFERENT";

    @TempDir
    private Path dir;

    @Test
    void theRuleAsItIsMakesNoDifference() {
        assertThat(verdicts(dir, SCHEMAS)).doesNotContain(DIFFERENT).contains("EQUAL", "REFUSED");
    }

    @Test
    void triggersOnUpdateThatNoTrialLooksAtMakeADifference() throws Exception {
        byte[] blind = replaced("trial.TrialSearch", "difference", nothing());

        assertThat(verdicts("trial.TrialSearch", blind)).contains(DIFFERENT);
    }

    @Test
    void conditionsThatAreIgnoredAreFoundByTheTrial() throws Exception {
        byte[] unconditional = replaced("schema.TriggerStatement", "when", nothing());
        List<String> before = verdicts(dir, SCHEMAS);

        List<String> after = verdicts("schema.TriggerStatement", unconditional);

        assertThat(after).filteredOn("REFUSED"::equals).hasSizeGreaterThan(refusals(before));
        assertThat(after).doesNotContain(DIFFERENT);
    }

    @Test
    void whatElseATriggerDoesIsMissedWhereItDoesNotGoOn() throws Exception {
        byte[] whole = replaced("schema.TriggerStatement", "without", nothing());

        assertThat(verdicts("schema.TriggerStatement", whole)).contains(DIFFERENT);
    }

    @Test
    void triggersThatComeBackInTheReverseOrderMakeADifference() throws Exception {
        byte[] reversed = replaced("deferral.TriggerOrder", "place", FixedValue.value(0));

        assertThat(verdicts("deferral.TriggerOrder", reversed)).contains(DIFFERENT);
    }

    private static int refusals(List<String> verdicts) {
        return (int) verdicts.stream().filter("REFUSED"::equals).count();
    }

    /** What has been seen of each schema. It runs in the class loader of this class, whichever that is. */
    static List<String> verdicts(Path dir, int schemas) {
        List<String> verdicts = new ArrayList<>();
        for (int i = 0; i < schemas; i++) {
            try {
                verdicts.add(new RandomSchema(new Random(FIRST + i), FtsModule.FTS5)
                        .comparison()
                        .by(BulkComparison.Way.REBUILD)
                        .run(dir)
                        .verdict()
                        .name());
            } catch (AssertionError | Exception e) {
                verdicts.add(DIFFERENT);
            }
        }
        return verdicts;
    }

    @SuppressWarnings("unchecked")
    private List<String> verdicts(String mutant, byte[] code) throws ReflectiveOperationException {
        ClassLoader loader = new Mutated(name(mutant), code);
        Method verdicts =
                loader.loadClass(RuleMutantsTest.class.getName()).getDeclaredMethod("verdicts", Path.class, int.class);
        verdicts.setAccessible(true);
        return (List<String>) verdicts.invoke(null, dir, SCHEMAS);
    }

    private static Implementation nothing() throws NoSuchMethodException {
        return MethodCall.invoke(Optional.class.getMethod("empty"));
    }

    private static byte[] replaced(String type, String method, Implementation by) {
        TypeDescription original = type(type);
        assertThat(original.getDeclaredMethods().filter(named(method)))
                .as("what a mutant replaces")
                .isNotEmpty();
        return new ByteBuddy()
                .redefine(original, locator())
                .method(named(method))
                .intercept(by)
                .make()
                .getBytes();
    }

    private static TypeDescription type(String name) {
        return TypePool.Default.of(locator()).describe(name(name)).resolve();
    }

    private static ClassFileLocator locator() {
        return ClassFileLocator.ForClassLoader.of(RuleMutantsTest.class.getClassLoader());
    }

    private static String name(String type) {
        return "dev.lockstep.fts." + type;
    }

    /** Has classes of its own for all of the product, one of them another one. */
    private static final class Mutated extends ClassLoader {
        private final String mutant;
        private final byte[] code;

        Mutated(String mutant, byte[] code) {
            super(RuleMutantsTest.class.getClassLoader());
            this.mutant = mutant;
            this.code = code;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.lockstep.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = name.equals(mutant) ? code : in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}

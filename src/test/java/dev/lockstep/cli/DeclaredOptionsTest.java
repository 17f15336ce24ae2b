package dev.lockstep.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;

/** Follows each command from its run() through all that it can call in the command line's packages. */
class DeclaredOptionsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lockstep.cli");

    @Test
    void whatACommandReadsItDeclares() throws Exception {
        List<String> faults = new ArrayList<>();
        int checked = 0;
        for (Map.Entry<String, List<CommandSpec>> command : commands().entrySet()) {
            for (JavaFieldAccess read : optionsReadBy(CLASSES.get(command.getKey()))) {
                Opt<?> option = option(read);
                checked++;
                if (command.getValue().stream().noneMatch(option::isDeclared)) {
                    faults.add(command.getValue().get(0).qualifiedName() + " reads " + option + " in "
                            + read.getOrigin().getFullName());
                }
            }
        }
        assertEquals(List.of(), faults);
        assertTrue(checked > 200, checked + " reads found");
    }

    @Test
    void whatACommandDeclaresSomebodyReads() throws Exception {
        Set<String> read = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            for (JavaFieldAccess access : type.getFieldAccessesFromSelf()) {
                if (isOption(access) && !declares(access.getOrigin())) {
                    read.add(option(access).name());
                }
            }
        }
        Set<String> declared = new TreeSet<>();
        commands()
                .values()
                .forEach(leaves -> leaves.forEach(leaf -> leaf.options().stream()
                        .filter(option -> option.userObject() instanceof Opt)
                        .forEach(option -> declared.add(((Opt<?>) option.userObject()).name()))));
        declared.removeAll(read);
        assertEquals(Set.of(), declared);
    }

    /** The leaves by the class that does them; one class may do several. */
    private static Map<String, List<CommandSpec>> commands() {
        Map<String, List<CommandSpec>> commands = new TreeMap<>();
        for (String path : Catalog.TREE.paths()) {
            var command = Catalog.TREE.command(path);
            commands.computeIfAbsent(command.getClass().getName(), name -> new ArrayList<>())
                    .add(Catalog.TREE.leaf(path, command).getCommandSpec());
        }
        return commands;
    }

    private static List<JavaFieldAccess> optionsReadBy(JavaClass command) {
        Deque<JavaCodeUnit> next = new ArrayDeque<>();
        next.add(command.getMethod("run", Invocation.class));
        Set<String> seen = new LinkedHashSet<>();
        List<JavaFieldAccess> reads = new ArrayList<>();
        while (!next.isEmpty()) {
            JavaCodeUnit unit = next.remove();
            if (!seen.add(unit.getFullName()) || declares(unit)) {
                continue;
            }
            unit.getFieldAccesses().stream()
                    .filter(DeclaredOptionsTest::isOption)
                    .filter(read -> !asksFirst(unit, read))
                    .forEach(reads::add);
            Stream.of(
                            unit.getMethodCallsFromSelf().stream(),
                            unit.getConstructorCallsFromSelf().stream(),
                            unit.getMethodReferencesFromSelf().stream(),
                            unit.getConstructorReferencesFromSelf().stream())
                    .flatMap(accesses -> accesses)
                    .map(JavaAccess::getTarget)
                    .map(target -> (AccessTarget.CodeUnitAccessTarget) target)
                    .flatMap(target -> target.resolveMember().stream())
                    .filter(called -> called.getOwner().getPackageName().startsWith("dev.lockstep.cli"))
                    .forEach(next::add);
        }
        return reads;
    }

    /** What serves commands with and without an option looks, in one expression, whether it is there. */
    private static boolean asksFirst(JavaCodeUnit unit, JavaFieldAccess read) {
        return unit.getMethodCallsFromSelf().stream()
                .filter(call -> call.getLineNumber() == read.getLineNumber())
                .map(call -> call.getTarget())
                .anyMatch(target -> isNamed(target, Opt.class, "name")
                        || isNamed(target, Invocation.class, "find")
                        || isNamed(target, Invocation.class, "takes"));
    }

    private static boolean isNamed(AccessTarget.MethodCallTarget target, Class<?> owner, String name) {
        return target.getOwner().isEquivalentTo(owner) && target.getName().equals(name);
    }

    private static boolean declares(JavaCodeUnit unit) {
        return unit.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(CommandSpec.class));
    }

    private static boolean isOption(JavaFieldAccess access) {
        return access.getTarget().getRawType().isEquivalentTo(Opt.class)
                && access.getAccessType() == JavaFieldAccess.AccessType.GET
                && !access.getTarget().getOwner().isEquivalentTo(Opt.class)
                && !access.getOrigin().getName().equals("<clinit>");
    }

    private static Opt<?> option(JavaFieldAccess access) throws ReflectiveOperationException {
        Field field = access.getTarget()
                .getOwner()
                .reflect()
                .getDeclaredField(access.getTarget().getName());
        field.setAccessible(true);
        return (Opt<?>) field.get(null);
    }
}

package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Remedy;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a program compiled against the front relies on stays as it is: every signature, as {@code signatures.txt} has it. What is new
 * is added there with {@code -Dlockstep.update=true}; what is gone from there, or another one, breaks programs.
 */
class SignatureTest {
    private static final Path CLASSES = Path.of("target/classes/dev/lockstep/api");
    private static final Path SIGNATURES = Path.of("src/test/resources/dev/lockstep/api/signatures.txt");

    private static final Pattern OURS = Pattern.compile("dev\\.lockstep\\.[a-z.]+[A-Z]\\w*");
    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

    @Test
    void whatProgramsRelyOnIsThereAndWhatIsNewIsWrittenDown() throws Exception {
        List<String> now = signatures();
        if (Boolean.getBoolean("lockstep.update")) {
            Files.createDirectories(SIGNATURES.getParent());
            Files.write(SIGNATURES, now);
        }
        List<String> known = Files.readAllLines(SIGNATURES);

        assertThat(known).hasSizeGreaterThan(100);
        Set<String> gone = new LinkedHashSet<>(known);
        now.forEach(gone::remove);
        assertThat(gone).as("gone, or changed: programs would break").isEmpty();
        assertThat(now).as("new, and not written down").isEqualTo(known);
    }

    @Test
    void itSpeaksOfNoTypeOfTheEngineButItsErrors() throws Exception {
        Set<String> spoken = new TreeSet<>();
        for (String line : signatures()) {
            Matcher words = OURS.matcher(line);
            while (words.find()) {
                spoken.add(words.group());
            }
        }

        spoken.removeIf(type -> type.startsWith("dev.lockstep.api."));
        assertThat(spoken)
                .isNotEmpty()
                .allMatch(type ->
                        type.startsWith(LockstepException.class.getName()) || type.startsWith(Remedy.class.getName()));
    }

    private static List<String> signatures() throws IOException, ClassNotFoundException {
        Set<String> lines = new TreeSet<>();
        for (Class<?> type : types()) {
            lines.add(header(type));
            for (Executable constructor : type.getDeclaredConstructors()) {
                add(lines, constructor, constructor.toGenericString());
            }
            for (Method method : type.getDeclaredMethods()) {
                if (!method.isBridge() && !OF_EVERY_OBJECT.contains(method.getName())) {
                    add(lines, method, method.toGenericString());
                }
            }
            for (Field field : type.getDeclaredFields()) {
                add(lines, field, field.toGenericString());
            }
        }
        return List.copyOf(lines);
    }

    private static <T extends Member & AnnotatedElement> void add(Set<String> lines, T member, String signature) {
        boolean seen = Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers());
        if (seen && !member.isSynthetic()) {
            lines.add(signature + (member.isAnnotationPresent(Deprecated.class) ? " deprecated" : ""));
        }
    }

    private static String header(Class<?> type) {
        Type parent = type.getGenericSuperclass();
        String above = parent == null ? "" : " extends " + parent.getTypeName();
        String kinds = Arrays.stream(type.getGenericInterfaces())
                .map(Type::getTypeName)
                .sorted()
                .collect(Collectors.joining(", "));
        return type.toGenericString() + above + (kinds.isEmpty() ? "" : " implements " + kinds);
    }

    /** What can be named from outside. */
    private static List<Class<?>> types() throws IOException, ClassNotFoundException {
        List<Class<?>> types = new ArrayList<>(
                List.of(LockstepException.class, LockstepException.Kind.class, Remedy.class, Remedy.Kind.class));
        try (Stream<Path> files = Files.list(CLASSES)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> type = Class.forName("dev.lockstep.api." + name.replace(".class", ""));
                    if (isSeen(type)) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static boolean isSeen(Class<?> type) {
        Class<?> around = type.getEnclosingClass();
        return Modifier.isPublic(type.getModifiers()) && (around == null || isSeen(around));
    }
}

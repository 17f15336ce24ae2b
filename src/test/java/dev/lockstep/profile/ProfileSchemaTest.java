package dev.lockstep.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published JSON Schema says what the reader says, of every profile that differs from a good one in one place. */
class ProfileSchemaTest {
    private static final Map<?, ?> SCHEMA = (Map<?, ?>) Json.parse(Profile.schema());

    static List<String> builtIn() {
        return Profile.builtIn();
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void everyBuiltInProfileIsValid(String name) {
        assertThat(valid(SCHEMA, Json.parse(Profile.text(name)))).isTrue();
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void readerAndSchemaAgreeOnEveryChangeInOnePlace(String name) {
        List<Object> variants = variants(Json.parse(Profile.text(name)));

        assertThat(variants).hasSizeGreaterThan(5);
        for (Object variant : variants) {
            assertThat(valid(SCHEMA, variant)).as(Json.write(variant)).isEqualTo(reads(variant));
        }
    }

    private static boolean reads(Object tree) {
        try {
            ProfileReader.read("variant", Json.write(tree));
            return true;
        } catch (LockstepException e) {
            return false;
        }
    }

    /** The tree with each key taken away, each object given a key more, and each value replaced by one of another type. */
    private static List<Object> variants(Object tree) {
        List<Object> variants = new ArrayList<>();
        if (tree instanceof Map<?, ?> map) {
            variants.add(with(map, "zz", "x"));
            for (Object key : map.keySet()) {
                variants.add(without(map, key));
                variants.add(with(map, key, 7L));
                variants.add(with(map, key, List.of(7L)));
                for (Object variant : variants(map.get(key))) {
                    variants.add(with(map, key, variant));
                }
            }
        } else if (tree instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                for (Object variant : variants(list.get(i))) {
                    List<Object> changed = new ArrayList<>(list);
                    changed.set(i, variant);
                    variants.add(changed);
                }
            }
        }
        return variants;
    }

    private static Map<Object, Object> with(Map<?, ?> map, Object key, Object value) {
        Map<Object, Object> changed = new LinkedHashMap<>(map);
        changed.put(key, value);
        return changed;
    }

    private static Map<Object, Object> without(Map<?, ?> map, Object key) {
        Map<Object, Object> changed = new LinkedHashMap<>(map);
        changed.remove(key);
        return changed;
    }

    /** As much of JSON Schema as ours uses. */
    private static boolean valid(Map<?, ?> schema, Object value) {
        boolean typed =
                switch ((String) schema.get("type")) {
                    case "object" -> value instanceof Map;
                    case "array" -> value instanceof List;
                    case "string" -> value instanceof String;
                    case "integer" -> value instanceof Long;
                    case "boolean" -> value instanceof Boolean;
                    default -> throw new AssertionError(schema);
                };
        if (!typed || (schema.containsKey("enum") && !((List<?>) schema.get("enum")).contains(value))) {
            return false;
        }
        if (value instanceof Map<?, ?> map) {
            return validObject(schema, map);
        }
        return !(value instanceof List<?> list)
                || list.stream().allMatch(element -> valid((Map<?, ?>) schema.get("items"), element));
    }

    private static boolean validObject(Map<?, ?> schema, Map<?, ?> map) {
        Map<?, ?> properties = (Map<?, ?>) schema.get("properties");
        List<?> required = schema.containsKey("required") ? (List<?>) schema.get("required") : List.of();
        return map.keySet().containsAll(required)
                && properties.keySet().containsAll(map.keySet())
                && map.keySet().stream().allMatch(key -> valid((Map<?, ?>) properties.get(key), map.get(key)));
    }
}

package dev.lockstep.realm;

import dev.lockstep.db.listen.Channel;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a notification on {@code module_cache_invalidated} says: the definitions of these modules, of this realm or of all
 * realms are no longer true.
 *
 * <p>The payload is a JSON object with the keys {@code k}, {@code r}, {@code m} in this order. Lists of modules are cut as
 * Boxel cuts them, where a payload would pass 7,000; but counted in bytes, which is what PostgreSQL counts.
 *
 * @param realm as the payload spells it; empty if the scope is {@link Scope#GLOBAL}
 * @param modules whole URLs; none unless the scope is {@link Scope#MODULE}
 */
public record DefinitionChange(Scope scope, String realm, List<String> modules) {
    /** How much is no longer true. */
    public enum Scope {
        MODULE,
        REALM,
        GLOBAL
    }

    public static final Channel CHANNEL = new Channel("module_cache_invalidated");

    private static final int BUDGET_BYTES = 7_000;

    /** What a payload says; empty if any part of it is malformed. Keys beyond those that it needs are of no interest. */
    public static Optional<DefinitionChange> parse(String payload) {
        Object parsed;
        try {
            parsed = Json.parse(payload);
        } catch (LockstepException e) {
            return Optional.empty();
        }
        if (!(parsed instanceof Map<?, ?> change) || !(change.get("k") instanceof String kind)) {
            return Optional.empty();
        }
        String realm = change.get("r") instanceof String text ? text : "";
        return switch (kind) {
            case "global" -> Optional.of(new DefinitionChange(Scope.GLOBAL, "", List.of()));
            case "realm" ->
                realm.isEmpty() ? Optional.empty() : Optional.of(new DefinitionChange(Scope.REALM, realm, List.of()));
            case "module" -> {
                List<String> modules = names(change.get("m"));
                yield realm.isEmpty() || modules.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new DefinitionChange(Scope.MODULE, realm, modules));
            }
            default -> Optional.empty();
        };
    }

    /** The names of a list; none if one of them is no name. */
    private static List<String> names(Object list) {
        List<String> names = new ArrayList<>();
        if (list instanceof List<?> elements) {
            for (Object element : elements) {
                if (!(element instanceof String name) || name.isEmpty()) {
                    return List.of();
                }
                names.add(name);
            }
        }
        return names;
    }

    public void tell(DefinitionHandler handler) {
        switch (scope) {
            case MODULE -> {
                for (String module : modules) {
                    handler.module(realm, module);
                }
            }
            case REALM -> handler.realm(realm);
            case GLOBAL -> handler.everything();
        }
    }

    public static String all() {
        return Json.write(Map.of("k", "global"));
    }

    /** All modules of a realm; of all realms, if this one's URL is too long for a notification. */
    public static String realm(RealmUrl realm) {
        Map<String, Object> change = new LinkedHashMap<>();
        change.put("k", "realm");
        change.put("r", realm.value());
        String payload = Json.write(change);
        return fits(payload) ? payload : all();
    }

    /**
     * Single modules, in as many payloads as they need; one payload for their whole realm, if one of them is too long for
     * a notification of its own.
     */
    public static List<String> modules(RealmUrl realm, List<String> modules) {
        List<String> payloads = new ArrayList<>();
        for (List<String> chunk : chunks(realm, modules)) {
            String payload = payload(realm, chunk);
            if (!fits(payload)) {
                return List.of(realm(realm));
            }
            payloads.add(payload);
        }
        return payloads;
    }

    /** Boxel's rule. A module that is longer than the budget is alone in its chunk. */
    private static List<List<String>> chunks(RealmUrl realm, List<String> modules) {
        int budget = BUDGET_BYTES - bytes(payload(realm, List.of()));
        List<List<String>> chunks = new ArrayList<>();
        List<String> chunk = new ArrayList<>();
        int used = 0;
        for (String module : modules) {
            int cost = bytes(Json.write(module));
            if (!chunk.isEmpty() && used + 1 + cost > budget) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
                used = 0;
            }
            used += cost + (chunk.isEmpty() ? 0 : 1);
            chunk.add(module);
        }
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        }
        return chunks;
    }

    private static String payload(RealmUrl realm, List<String> modules) {
        Map<String, Object> change = new LinkedHashMap<>();
        change.put("k", "module");
        change.put("r", realm.value());
        change.put("m", modules);
        return Json.write(change);
    }

    private static boolean fits(String payload) {
        return bytes(payload) <= FileChange.MAX_PAYLOAD_BYTES;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}

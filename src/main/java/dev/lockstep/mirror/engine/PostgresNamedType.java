package dev.lockstep.mirror.engine;

import dev.lockstep.mirror.plan.TargetType;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A type of PostgreSQL by its name, as a statement has it: {@code numeric(10,2)}, {@code timestamp with time zone}. */
final class PostgresNamedType {
    private static final Pattern NAME = Pattern.compile(
            "([a-z][a-z0-9 ]*?) *(?:\\( *(\\d{1,8}) *(?:, *(\\d{1,4}) *)?\\))?( with time zone| without time zone)?");

    /** What its catalog calls them. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("character varying", "varchar"),
            Map.entry("char", "bpchar"),
            Map.entry("character", "bpchar"),
            Map.entry("bigint", "int8"),
            Map.entry("integer", "int4"),
            Map.entry("int", "int4"),
            Map.entry("smallint", "int2"),
            Map.entry("boolean", "bool"),
            Map.entry("double precision", "float8"),
            Map.entry("real", "float4"),
            Map.entry("decimal", "numeric"));

    private static final int HEADER = 4;

    private PostgresNamedType() {}

    /** The type; empty if it is none that can be mirrored. */
    static Optional<TargetType> of(String sql) {
        Matcher matcher = NAME.matcher(sql.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String zone = matcher.group(4) == null ? "" : matcher.group(4);
        String name = NAMES.getOrDefault(matcher.group(1), matcher.group(1));
        name = zone.equals(" with time zone") ? name + "tz" : name;
        int first = matcher.group(2) == null ? -1 : Integer.parseInt(matcher.group(2));
        int modifier =
                switch (name) {
                    case "bpchar" -> (first < 0 ? 1 : first) + HEADER;
                    case "varchar" -> first < 0 ? -1 : first + HEADER;
                    case "numeric" ->
                        first < 0
                                ? -1
                                : (first << 16 | (matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3))))
                                        + HEADER;
                    default -> first;
                };
        return PostgresTargetCatalog.type(name, sql, modifier);
    }
}

package dev.lockstep.mirror.schema;

import dev.lockstep.db.Engine;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.db.sqlite.SqliteCatalog.Index;
import dev.lockstep.db.sqlite.SqliteCatalog.Origin;
import dev.lockstep.db.sqlite.SqliteCatalog.Part;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.source.SourceTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The indexes of one table of the source but that of its key, with what would make them in the mirror. */
final class SourceIndexes {
    /** What the mirror is known by to have a unique key that is no list of columns there. */
    static final String AS_INDEX = "index ";

    private static final int MAX_NAME = 60;

    /** What an index of MariaDB takes of a text, in characters; and in bytes. */
    private static final int PREFIX = 191;

    private static final int MAX_KEY = 3_072;

    private final Tx tx;
    private final Engine engine;
    private final TablePlan plan;
    private final Expression expression;

    SourceIndexes(Tx tx, Engine engine, TablePlan plan) {
        this.tx = tx;
        this.engine = engine;
        this.plan = plan;
        this.expression = new Expression(plan, name -> SourceObjects.quoted(engine, name));
    }

    List<SchemaObject> all() {
        List<SchemaObject> objects = new ArrayList<>();
        List<String> key =
                plan.source().key().stream().map(SourceTable.Column::name).toList();
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        List<Index> indexes = new ArrayList<>(catalog.indexes(plan.name()));
        indexes.sort(Comparator.comparing(Index::origin));
        for (Index index : indexes) {
            List<Part> parts = catalog.parts(index);
            List<String> names =
                    parts.stream().map(part -> part.column().orElse(null)).toList();
            boolean ofConstraint = index.origin() == Origin.UNIQUE;
            boolean ofKey = index.origin() == Origin.PRIMARY_KEY || (ofConstraint && names.equals(key));
            if (!index.name().startsWith("lockstep") && !ofKey) {
                objects.add(object(index, parts, names, ofConstraint));
            }
        }
        return objects;
    }

    private SchemaObject object(Index index, List<Part> parts, List<String> names, boolean ofConstraint) {
        boolean unique = index.unique();
        String columns = ofConstraint ? String.join(", ", names) : "";
        String name = name(ofConstraint ? plan.mirrorName() + "_" + String.join("_", names) + "_key" : index.name());
        Made made = made(index, parts, unique);
        boolean folds = unique && parts.stream().anyMatch(this::isFolded);
        List<String> statements = made.list().isEmpty()
                ? List.of()
                : List.of("create " + (unique ? "unique " : "") + "index " + SourceObjects.quoted(engine, name) + " on "
                        + SourceObjects.quoted(engine, plan.target().name()) + " ("
                        + made.list().get() + ")"
                        + made.condition().map(where -> " where " + where).orElse(""));
        return new SchemaObject(
                ofConstraint ? "unique-key" : "index",
                ofConstraint ? plan.name() + " (" + columns + ")" : index.name(),
                plan.mirrorName(),
                !ofConstraint ? name : folds ? AS_INDEX + name : columns,
                statements,
                made.reason());
    }

    /** What stands in the parentheses and behind them, or why nothing can. */
    private record Made(Optional<String> list, Optional<String> condition, String reason) {
        static Made not(String reason) {
            return new Made(Optional.empty(), Optional.empty(), reason);
        }
    }

    private Made made(Index index, List<Part> parts, boolean unique) {
        Optional<String> condition = Optional.empty();
        if (index.partial()) {
            List<SqlToken> tokens = SqlToken.of(index.sql().orElseThrow());
            condition = expression.translated(tokens.subList(where(tokens) + 1, tokens.size()));
            if (engine == Engine.MARIADB || condition.isEmpty()) {
                return Made.not(
                        engine == Engine.MARIADB
                                ? "MariaDB has no partial indexes"
                                : "its condition is not translated");
            }
        }
        boolean plain = parts.stream().noneMatch(part -> part.column().isEmpty());
        if (!plain) {
            return ofExpressions(index, unique, condition);
        }
        List<String> list = new ArrayList<>();
        for (Part part : parts) {
            Optional<Column> column = expression.column(part.column().orElseThrow());
            Optional<String> refused = refusal(part, column, unique);
            if (refused.isPresent()) {
                return Made.not(refused.get());
            }
            list.add(part(part, column.orElseThrow(), unique));
        }
        return new Made(Optional.of(String.join(", ", list)), condition, "an index on " + plan.mirrorName());
    }

    private Made ofExpressions(Index index, boolean unique, Optional<String> condition) {
        List<SqlToken> tokens = SqlToken.of(index.sql().orElseThrow());
        int end = index.partial() ? where(tokens) : tokens.size();
        int begin = 0;
        while (!tokens.get(begin).is('(')) {
            begin++;
        }
        List<SqlToken> inside = tokens.subList(begin + 1, end - 1);
        if (engine == Engine.MARIADB || (unique && Expression.foldsLetters(inside))) {
            return Made.not(
                    engine == Engine.MARIADB
                            ? "it is of an expression"
                            : "it would take letters for one another that SQLite tells apart");
        }
        Optional<String> list = parts(inside);
        return list.isEmpty()
                ? Made.not("its expression is not translated")
                : new Made(list, condition, "an index on " + plan.mirrorName());
    }

    /** PostgreSQL wants an expression in parentheses of its own. */
    private Optional<String> parts(List<SqlToken> tokens) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int at = 0; at <= tokens.size(); at++) {
            boolean ends = at == tokens.size() || (depth == 0 && tokens.get(at).is(','));
            if (ends) {
                List<SqlToken> part = tokens.subList(from, at);
                boolean down = !part.isEmpty() && part.get(part.size() - 1).is("DESC");
                Optional<String> sql = expression.translated(down ? part.subList(0, part.size() - 1) : part);
                if (sql.isEmpty()) {
                    return Optional.empty();
                }
                parts.add("(" + sql.get() + ")" + (down ? " desc" : ""));
                from = at + 1;
            } else {
                depth += tokens.get(at).is('(') ? 1 : tokens.get(at).is(')') ? -1 : 0;
            }
        }
        return Optional.of(String.join(", ", parts));
    }

    /** The last one outside of parentheses. */
    private static int where(List<SqlToken> tokens) {
        int depth = 0;
        int found = tokens.size() - 1;
        for (int at = 0; at < tokens.size(); at++) {
            depth += tokens.get(at).is('(') ? 1 : tokens.get(at).is(')') ? -1 : 0;
            if (depth == 0 && tokens.get(at).is("WHERE")) {
                return at;
            }
        }
        return found;
    }

    /** Nothing is to be refused there that the source takes. */
    private Optional<String> refusal(Part part, Optional<Column> column, boolean unique) {
        if (column.isEmpty()) {
            return Optional.of("the mirror has no column " + part.column().orElseThrow());
        }
        TargetType type = column.get().type().orElseThrow();
        boolean folded = !part.collation().equalsIgnoreCase("binary") && engine != Engine.SQLITE;
        if (folded && unique && !isFolded(part, type)) {
            return Optional.of("the collation " + part.collation() + " is SQLite's");
        }
        boolean spelled = type.form() == TargetType.Form.TIMESTAMP;
        if (unique && spelled) {
            return Optional.of("two spellings of one time are two to the source");
        }
        return unique && engine == Engine.MARIADB && isLong(type)
                ? Optional.of("MariaDB has no unique index on " + column.get().declared())
                : Optional.empty();
    }

    /** PostgreSQL has an expression that takes just the texts for the same which SQLite takes for the same. */
    private boolean isFolded(Part part, TargetType type) {
        return engine == Engine.POSTGRESQL
                && type.form() == TargetType.Form.TEXT
                && List.of("nocase", "rtrim").contains(part.collation().toLowerCase(Locale.ROOT));
    }

    private boolean isFolded(Part part) {
        return part.column()
                .flatMap(expression::column)
                .filter(column -> isFolded(part, column.type().orElseThrow()))
                .isPresent();
    }

    private static boolean isLong(TargetType type) {
        return type.bytes() > MAX_KEY;
    }

    private String part(Part part, Column column, boolean unique) {
        String name = SourceObjects.quoted(engine, column.name());
        boolean prefix = engine == Engine.MARIADB && isLong(column.type().orElseThrow());
        String collation = engine == Engine.SQLITE && !part.collation().equalsIgnoreCase("binary")
                ? " collate " + part.collation()
                : "";
        if (unique && isFolded(part, column.type().orElseThrow())) {
            // Of letters, it knows those of ASCII alone, as SQLite does.
            String own = name + " collate \"C\"";
            boolean rtrim = part.collation().equalsIgnoreCase("rtrim");
            return (rtrim ? "rtrim(" + own + ", ' ')" : "lower(" + own + ")") + (part.descending() ? " desc" : "");
        }
        boolean folded = engine == Engine.POSTGRESQL && part.collation().equalsIgnoreCase("nocase");
        return (folded ? "lower(" + name + ")" : name)
                + (prefix ? "(" + PREFIX + ")" : "")
                + collation
                + (part.descending() ? " desc" : "");
    }

    /** As much of a name as every database keeps. */
    static String name(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME) {
            return name;
        }
        String suffix = "_" + Integer.toHexString(name.hashCode());
        StringBuilder cut = new StringBuilder();
        for (int at = 0; at < name.length(); at += Character.charCount(name.codePointAt(at))) {
            String next = Character.toString(name.codePointAt(at));
            if ((cut + next + suffix).getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
                break;
            }
            cut.append(next);
        }
        return cut + suffix;
    }
}

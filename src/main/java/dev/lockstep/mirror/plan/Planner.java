package dev.lockstep.mirror.plan;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.plan.TargetTable.Silence;
import dev.lockstep.mirror.plan.TargetTable.Source;
import dev.lockstep.mirror.plan.TargetType.Form;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.mirror.source.SourceTable.Affinity;
import dev.lockstep.mirror.source.SourceTable.Strictness;
import dev.lockstep.mirror.source.Wish;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Decides which column of the mirror each column of the source goes into, and finds what stands in the way. */
public final class Planner {
    private final TargetCatalog catalog;
    private final Tx source;
    private final Tx mirror;

    public Planner(TargetCatalog catalog, Tx source, Tx mirror) {
        this.catalog = catalog;
        this.source = source;
        this.mirror = mirror;
    }

    public TablePlan plan(SourceTable table) {
        if (table.unreadable().isPresent()) {
            return TablePlan.impossible(table, table.unreadable().get());
        }
        Optional<TargetTable> found = catalog.find(mirror, table.mirrorName());
        ColumnSurvey survey = new ColumnSurvey(source, table);
        TargetTable target = found.orElseGet(() -> catalog.design(table, survey));
        List<String> obstacles = new ArrayList<>(target.obstacles());
        obstacles.addAll(target.foreignKeys().obstacles());
        List<Notice> notes = new ArrayList<>();
        (found.isEmpty() ? guesses(table, target, survey) : FittingTypes.unheeded(catalog, table, target, survey))
                .ifPresent(notes::add);
        List<String> additions = new ArrayList<>();
        Columns chosen = new Columns(
                target.columns(),
                obstacles,
                name -> found.flatMap(there -> added(there, table, survey, name, obstacles, additions)));
        if (table.order().isEmpty()) {
            obstacles.add("it has no key, and columns hide its rowid; give it a primary key, or rename one of"
                    + " rowid, _rowid_, oid");
        } else if (table.key().isEmpty()) {
            chosen.add(TargetTable.ROWID, 0);
        }
        for (SourceTable.Column column : table.key()) {
            chosen.add(column, table.offset());
        }
        int keyWidth = chosen.endKey(new UuidSpelling(source, table));
        for (SourceTable.Column column : table.columns()) {
            if (!table.key().contains(column)) {
                chosen.add(column, table.offset());
            }
        }
        found.ifPresent(there -> chosen.left.forEach(left -> checkUnwritten(left, obstacles, notes)));
        checkNames(table, target, found, obstacles);
        if (obstacles.isEmpty()) {
            List<TargetTable.Column> key = chosen.columns.subList(0, keyWidth);
            target = checkKey(target, key, obstacles);
            key.forEach(column -> column.asKey().ifPresent(notes::add));
            note(chosen.columns, target, notes);
            NumberTexts.loss(table, chosen.columns).ifPresent(notes::add);
        }
        return new TablePlan(
                table,
                target,
                List.copyOf(chosen.columns),
                keyWidth,
                List.copyOf(chosen.cells),
                catalog.limits(mirror),
                List.copyOf(obstacles),
                List.copyOf(notes),
                List.copyOf(additions),
                found.isPresent() ? Optional.empty() : Optional.of(catalog.create(target)),
                Set.of());
    }

    /**
     * A column that the source has got since: an upgrade of the application has added it. To a table that lockstep has made
     * it is added, too; for any other it is said how.
     */
    private Optional<TargetTable.Column> added(
            TargetTable there,
            SourceTable table,
            ColumnSurvey survey,
            String name,
            List<String> obstacles,
            List<String> additions) {
        boolean inKey = table.key().stream().anyMatch(column -> column.name().equals(name));
        if (inKey || name.equals(TargetTable.ROWID)) {
            return Optional.empty();
        }
        Optional<TargetTable.Column> column = catalog.design(table, survey).columns().stream()
                .filter(made -> made.name().equals(name))
                .findFirst()
                .map(TargetTable.Column::withNulls);
        String statement = catalog.add(there, column.orElseThrow());
        if (catalog.hasMade(mirror, there.name())) {
            additions.add(statement);
            return column;
        }
        obstacles.add("the mirror has no column " + name + ", and lockstep has not made that table: " + statement);
        return Optional.empty();
    }

    /** What is said of columns that hold nothing: what the source will put there decides, and not what it declares. */
    private static Optional<Notice> guesses(SourceTable table, TargetTable made, ColumnSurvey survey) {
        List<String> guessed = new ArrayList<>();
        for (SourceTable.Column column : table.columns()) {
            boolean open = column.affinity() != Affinity.TEXT && !table.key().contains(column);
            if (open && survey.content(column).kinds().isEmpty()) {
                made.columns().stream()
                        .filter(other -> other.name().equals(column.name()))
                        .filter(other -> other.type().orElseThrow().form() != Form.ANY)
                        .forEach(other -> guessed.add(other.name() + " " + other.declared()));
            }
        }
        return guessed.isEmpty()
                ? Optional.empty()
                : Optional.of(new Notice(
                        "guessed-type",
                        "what holds nothing yet has a type that is a guess: " + String.join(", ", guessed),
                        MirrorRemedy.HAVE_THE_TYPE_CHANGED.of()));
    }

    /** A column of the mirror that the source does not have. */
    private static void checkUnwritten(TargetTable.Column column, List<String> obstacles, List<Notice> notes) {
        if (column.silence() == Silence.FORBIDDEN && column.source() == Source.WRITER) {
            obstacles.add("the mirror's column " + column.name()
                    + " takes no NULL and has no default, and the source has no such column");
        } else {
            notes.add(new Notice(
                    "left-alone", "the mirror's column " + column.name() + " is not in the source and is left alone"));
        }
    }

    private void checkNames(
            SourceTable table, TargetTable target, Optional<TargetTable> found, List<String> obstacles) {
        if (found.isPresent()) {
            return;
        }
        invalidName(table.mirrorName(), catalog.invalidTable(table.mirrorName()), obstacles);
        List<String> columns = new ArrayList<>();
        for (TargetTable.Column column : target.columns()) {
            invalidName(column.name(), catalog.invalidColumn(column.name()), obstacles);
            columns.add(column.name());
        }
        catalog.clash(mirror, columns).ifPresent(obstacles::add);
        if (target.columns().size() > catalog.maxColumns()) {
            obstacles.add(target.columns().size() + " columns, and the mirror takes " + catalog.maxColumns());
        }
    }

    private void invalidName(String name, Optional<String> bad, List<String> obstacles) {
        catalog.invalidName(name).or(() -> bad).ifPresent(why -> obstacles.add("the name '" + name + "' is " + why));
    }

    /** The rows of the mirror must be told apart by what tells those of the source apart. */
    private static TargetTable checkKey(TargetTable target, List<TargetTable.Column> key, List<String> obstacles) {
        List<String> wanted = new ArrayList<>();
        key.forEach(column -> wanted.add(SqlToken.fold(column.name())));
        List<List<String>> others = new ArrayList<>();
        boolean has = same(target.primaryKey(), wanted);
        if (!has && !target.primaryKey().isEmpty()) {
            others.add(target.primaryKey());
        }
        for (List<String> unique : target.uniqueKeys()) {
            if (same(unique, wanted)) {
                has = true;
            } else {
                others.add(unique);
            }
        }
        if (!has) {
            obstacles.add("the mirror has no primary or unique key on (" + String.join(", ", wanted) + ")");
        }
        return new TargetTable(
                target.name(), target.columns(), target.primaryKey(), others, target.obstacles(), target.foreignKeys());
    }

    private static boolean same(List<String> found, List<String> wanted) {
        List<String> folded = new ArrayList<>();
        found.forEach(name -> folded.add(SqlToken.fold(name)));
        return folded.size() == wanted.size() && folded.containsAll(wanted);
    }

    private static void note(List<TargetTable.Column> columns, TargetTable target, List<Notice> notes) {
        for (TargetTable.Column column : columns) {
            TargetType type = column.type().orElseThrow();
            if (type.hasFraction() && type.size() < 6) {
                notes.add(new Notice(
                        "digits-cut",
                        "column " + column.name() + ": " + type.sql() + " keeps " + type.size()
                                + " digits of a second; the rest is cut off"));
            }
        }
        target.foreignKeys().notes().forEach(note -> notes.add(new Notice("foreign-key", note)));
        for (List<String> unique : target.uniqueKeys()) {
            notes.add(new Notice(
                    "other-unique-key", "the mirror has another unique key (" + String.join(", ", unique) + ")"));
        }
    }

    /** Takes columns of the mirror by their names in the source: the same letters, else the same but for their case. */
    private static final class Columns {
        private final List<TargetTable.Column> left;
        private final List<TargetTable.Column> columns = new ArrayList<>();
        private final List<Integer> cells = new ArrayList<>();
        private final List<String> obstacles;
        private final Function<String, Optional<TargetTable.Column>> adding;

        Columns(
                List<TargetTable.Column> there,
                List<String> obstacles,
                Function<String, Optional<TargetTable.Column>> adding) {
            this.adding = adding;
            this.left = new ArrayList<>(there);
            this.obstacles = obstacles;
        }

        void add(SourceTable.Column column, int offset) {
            int before = columns.size();
            add(column.name(), offset + column.position());
            if (columns.size() == before) {
                return;
            }
            if (column.wish().reading().isTime()) {
                read(before, column.wish().reading());
            }
            TargetTable.Column added = columns.get(before);
            boolean asIs = added.type().filter(type -> type.form() == Form.ANY).isPresent();
            Affinity there = Affinity.of(added.declared(), Strictness.LAX);
            if (asIs && there != column.affinity()) {
                obstacles.add("column " + column.name() + " has the affinity " + column.affinity()
                        + ", and the mirror's has " + there + ", which would change values");
            }
        }

        private void read(int at, Wish.Reading reading) {
            TargetTable.Column column = columns.get(at);
            boolean isTime =
                    column.type().filter(type -> type.form() == Form.TIMESTAMP).isPresent();
            if (isTime) {
                columns.set(at, column.withType(column.type().orElseThrow().read(reading)));
            } else {
                obstacles.add(
                        "column " + column.name() + " has the type " + column.declared() + ", which is no timestamp");
            }
        }

        void add(String name, int cell) {
            int before = obstacles.size();
            TargetTable.Column column =
                    Optional.ofNullable(find(name)).or(() -> adding.apply(name)).orElse(null);
            if (column == null) {
                if (obstacles.size() == before) {
                    obstacles.add("the mirror has no column " + name);
                }
                return;
            }
            left.remove(column);
            if (column.type().isEmpty()) {
                obstacles.add("column " + name + " has the type " + column.declared() + ", which cannot be mirrored");
            } else if (column.source() == Source.GENERATED) {
                obstacles.add("column " + name + " of the mirror is generated");
            }
            columns.add(column);
            cells.add(cell);
        }

        /** What has been added so far is the key, in which nothing may be NULL. @return how many columns that is */
        int endKey(UuidSpelling uuids) {
            columns.replaceAll(column -> uuids.of(column.withoutNulls()));
            return columns.size();
        }

        private TargetTable.Column find(String name) {
            TargetTable.Column alike = null;
            for (TargetTable.Column column : left) {
                if (column.name().equals(name)) {
                    return column;
                }
                if (SqlToken.fold(column.name()).equals(SqlToken.fold(name))) {
                    alike = column;
                }
            }
            return alike;
        }
    }
}

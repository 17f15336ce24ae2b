package dev.lockstep.mirror.repair;

import dev.lockstep.db.Engine;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.ForeignKeys;
import dev.lockstep.mirror.plan.ForeignKeys.Check;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.MappedRow.Misfit;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.verify.DifferenceVisitor;
import dev.lockstep.mirror.verify.RowDifference;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the statements that make the rows right which differ, for the client of the mirror's database, as one transaction.
 * Nothing is changed by it. It takes no more memory for many rows: they are kept in files until all tables are known, for
 * what goes must go first, and of tables that refer to each other in their order.
 */
public final class RepairScript implements DifferenceVisitor, AutoCloseable {
    private static final String SEARCH_PATH = "select current_setting('search_path') as path";

    private static final int MAX_NAMED = 100;

    /** The rows of a table that the script does not make right, and how the first of them are named. */
    private static final class Left {
        private final List<String> named = new ArrayList<>();
        private long count;
    }

    private final MirrorConnection mirror;
    private final MirrorEngine engine;
    private final EngineSql sql;
    private final Path folder;
    private final Map<String, TableScript> scripts = new LinkedHashMap<>();
    private final Map<String, TablePlan> plans = new LinkedHashMap<>();
    private final Map<String, Left> left = new LinkedHashMap<>();
    private RowStatements statements;
    private TableScript script;
    private String table;

    /** For a mirror of which the rows will come. */
    public RepairScript(MirrorConnection mirror) {
        this.mirror = mirror;
        this.engine = MirrorEngine.of(mirror.db());
        this.sql = sqlOf(mirror);
        try {
            this.folder = Files.createTempDirectory("lockstep-sql-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EngineSql sqlOf(MirrorConnection mirror) {
        Engine engine = mirror.db().engine();
        return switch (engine) {
            case POSTGRESQL ->
                new PostgresSql(mirror.read(tx -> tx.only(SEARCH_PATH)).text("path"));
            case MARIADB -> new MariaDbSql();
            case SQLITE ->
                new SqliteSql(Charset.forName(
                        mirror.read(tx -> tx.only("pragma encoding")).text(0)));
        };
    }

    @Override
    public void table(TablePlan plan) {
        try {
            if (script != null) {
                script.close();
            }
            table = plan.mirrorName();
            plans.put(table, plan);
            left.put(table, new Left());
            statements = new RowStatements(sql, plan);
            script = scripts.computeIfAbsent(table, name -> new TableScript(folder, Integer.toString(scripts.size())));
            // Its rows may come another time, from the beginning.
            script.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void row(RowDifference row) {
        if (!row.isAlone()) {
            leave(row.key() + ": more than one row has this key");
            return;
        }
        switch (row.kind()) {
            case EXTRA -> script.delete(statements.delete(row));
            case MISSING -> wanted(row).ifPresent(wanted -> script.write(statements.insert(wanted)));
            case CHANGED ->
                wanted(row).ifPresent(wanted -> {
                    if (statements.isReplaced(row)) {
                        script.delete(statements.delete(row));
                        script.write(statements.insert(wanted));
                    } else {
                        script.write(statements.update(row, wanted));
                    }
                });
        }
    }

    private Optional<MappedRow> wanted(RowDifference row) {
        MappedRow wanted = statements.wanted(row);
        if (wanted.fits()) {
            return Optional.of(wanted);
        }
        Misfit misfit = wanted.misfits().get(0);
        leave(row.key() + ": column " + misfit.column() + ": " + misfit.reason());
        return Optional.empty();
    }

    private void leave(String what) {
        Left rows = left.get(table);
        rows.count++;
        if (rows.named.size() < MAX_NAMED) {
            rows.named.add(table + ", key " + what);
        }
    }

    /** How many rows the script does not make right. */
    public long left() {
        return left.values().stream().mapToLong(rows -> rows.count).sum();
    }

    /** The first of them: {@code t, key 17: column a: out of the range of integer}. */
    public List<String> firstLeft() {
        return left.values().stream().flatMap(rows -> rows.named.stream()).toList();
    }

    /** Has nothing of a table, for it was not compared to its end. */
    public void forget(String source) {
        for (TablePlan plan : List.copyOf(plans.values())) {
            if (plan.name().equals(source)) {
                plans.remove(plan.mirrorName());
                left.remove(plan.mirrorName());
                clear(scripts.remove(plan.mirrorName()));
            }
        }
    }

    private static void clear(TableScript script) {
        try {
            script.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes it.
     *
     * @param heading lines of a comment at its beginning
     */
    public void writeTo(OutputStream out, List<String> heading) throws IOException {
        for (TableScript each : scripts.values()) {
            each.close();
        }
        List<String> order = mirror.read(tx -> engine.inOrder(tx, List.copyOf(scripts.keySet())));
        List<String> backwards = new ArrayList<>(order);
        Collections.reverse(backwards);
        ScriptNeeds needs = needs();
        heading.forEach(line -> comment(out, line));
        firstLeft().forEach(row -> comment(out, "LEFT AS IT IS: " + row));
        lines(out, sql.beginning(needs));
        for (String name : backwards) {
            if (!isEmptiedLast(plans.get(name))) {
                scripts.get(name).copyDeletes(out);
            }
        }
        for (String name : order) {
            scripts.get(name).copyWrites(out);
        }
        for (String name : backwards) {
            if (isEmptiedLast(plans.get(name))) {
                scripts.get(name).copyDeletes(out);
            }
        }
        for (String statement : needs.numbering()) {
            line(out, statement + ";");
        }
        lines(out, sql.end(needs));
    }

    /**
     * Whether rows of a table go when all others have come: where foreign keys are looked at, a row may refer to them until it
     * is updated. Where a row that goes may have the unique value of one that comes, it must be the other way round.
     */
    private static boolean isEmptiedLast(TablePlan plan) {
        ForeignKeys keys = plan.target().foreignKeys();
        return keys.check() == Check.DEFERRED
                && keys.keys().stream().anyMatch(key -> key.to().equals(plan.mirrorName()))
                && !plan.hasOtherUniqueKeys()
                && !plan.isLoose();
    }

    private ScriptNeeds needs() {
        List<Check> checks = new ArrayList<>();
        List<String> tables = new ArrayList<>();
        List<String> numbering = new ArrayList<>();
        for (TablePlan plan : plans.values()) {
            ForeignKeys keys = plan.target().foreignKeys();
            if (!keys.keys().isEmpty()) {
                checks.add(keys.check());
            }
            plan.ddl().ifPresent(tables::add);
            if (plan.ddl().isEmpty() && scripts.get(plan.mirrorName()).hasWrites()) {
                numbering.addAll(mirror.read(tx -> engine.numbering(tx, plan)));
            }
        }
        Optional<Check> foreignKeys = checks.isEmpty()
                ? Optional.empty()
                : Optional.of(checks.contains(Check.DEFERRED) ? Check.DEFERRED : Check.SUSPENDED);
        return new ScriptNeeds(foreignKeys, tables, numbering);
    }

    private static void comment(OutputStream out, String line) {
        try {
            line(out, "-- " + line.replaceAll("\\p{Cntrl}", "?"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void lines(OutputStream out, List<String> lines) throws IOException {
        for (String line : lines) {
            line(out, line);
        }
    }

    private static void line(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Removes the files. */
    @Override
    public void close() {
        try {
            scripts.values().forEach(RepairScript::clear);
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

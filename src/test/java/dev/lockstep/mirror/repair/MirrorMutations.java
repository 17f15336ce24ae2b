package dev.lockstep.mirror.repair;

import dev.lockstep.mirror.CellMutations;
import dev.lockstep.mirror.TestMirror;
import dev.lockstep.testing.Counts;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A mirror of two tables to which all kinds of things are done: cells, rows, keys, and keys of which only the case changes. */
final class MirrorMutations {
    private static final String NAMED =
            "create table named (k text primary key, v text, n integer unique) without rowid";

    private MirrorMutations() {}

    /** A mirror that was equal, and to which as many of them were done as a run has time for. */
    static TestMirror of(TestMirror.Kind kind, Path dir, long seed) throws SQLException {
        int mutations = Counts.of(250, 10_000);
        Random random = new Random(seed);
        TestMirror mirror = equal(kind, dir, mutations, random);
        apply(mirror, mutations, random);
        return mirror;
    }

    private static TestMirror equal(TestMirror.Kind kind, Path dir, int mutations, Random random) throws SQLException {
        TestMirror mirror = new TestMirror(kind, dir, CellMutations.TABLE, NAMED);
        CellMutations.fill(mirror.source, mutations, random);
        mirror.sql("""
                insert into named with recursive i (i) as (select 1 union all select i + 1 from i where i < %d)
                select 'Name ' || i, case i %% 7 when 0 then null when 1 then '' when 2 then 'NULL' when 3 then 'a\\b''c'
                                          when 4 then char(10) || 'ü' else 'v' || i end, i from i""".formatted(mutations));
        mirror.run("mirror", "backfill", "--create").endedWith(0);
        return mirror;
    }

    /** Does so many things to so many rows. */
    private static void apply(TestMirror mirror, int mutations, Random random) throws SQLException {
        int cells = mutations * 2 / 5;
        CellMutations.mutate(mirror, cells, random);
        List<Integer> ids =
                new ArrayList<>(IntStream.rangeClosed(1, mutations).boxed().toList());
        Collections.shuffle(ids, random);
        List<String> statements = new ArrayList<>();
        for (int i = 0; i < mutations - cells; i++) {
            int id = ids.get(i);
            statements.add(
                    switch (i % 8) {
                        case 0 -> "delete from cells where id = " + id;
                        case 1 -> "insert into cells (id, s) values (" + (id + 1_000_000) + ", 'extra')";
                        case 2 -> "update cells set id = -id where id = " + id;
                        case 3 -> "delete from named where k = 'Name " + id + "'";
                        case 4 -> "update named set k = 'name " + id + "' where k = 'Name " + id + "'";
                        case 5 -> "insert into named (k, v, n) values ('NAME " + id + " ', 'x''\\y', " + -id + ")";
                        case 6 -> "update named set v = 'changed', n = n + 1000000 where k = 'Name " + id + "'";
                        default -> "update named set k = 'ключ " + id + "' where k = 'Name " + id + "'";
                    });
        }
        // Two that have each other's unique value, by way of one that no row has.
        statements.add("update named set n = 0 where k = 'Name " + ids.get(mutations - 1) + "'");
        statements.add(
                "update named set n = " + ids.get(mutations - 1) + " where k = 'Name " + ids.get(mutations - 2) + "'");
        statements.add(
                "update named set n = " + ids.get(mutations - 2) + " where k = 'Name " + ids.get(mutations - 1) + "'");
        mirror.execute(statements.toArray(String[]::new));
    }
}

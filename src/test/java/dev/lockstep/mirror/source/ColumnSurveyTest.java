package dev.lockstep.mirror.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Cells.Kind;
import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.mirror.source.ColumnSurvey.Content;
import dev.lockstep.mirror.source.SourceTable.Column;
import dev.lockstep.mirror.source.SourceTable.Range;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a column holds is known of all of its rows, wherever in the table the one is that decides. */
class ColumnSurveyTest {
    /** Affinities, and what most rows of a column have and one row somewhere may have. */
    private static final List<String> DECLARED =
            List.of("integer", "real", "numeric", "text", "blob", "", "boolean", "datetime", "collate nocase");

    private static final List<String> VALUES = List.of(
            "null",
            "0",
            "1",
            "2",
            "-1",
            "9007199254740992",
            "9007199254740993",
            "-9223372036854775808",
            "0.5",
            "-0.0",
            "9e999",
            "'t'",
            "'FALSE'",
            "'yes'",
            "''",
            "'2024-02-29'",
            "'2024-02-29T10:11'",
            "'a' || char(0)",
            "cast(x'ff' as text)",
            "x''",
            "x'74'");

    @TempDir
    private Path dir;

    @Test
    void theRowThatDecidesMayBeAnywhere() throws SQLException {
        Random random = new Random(Counts.seed());
        for (int table = 0; table < 40; table++) {
            int rows = List.of(0, 1, 255, 256, 257, 900).get(random.nextInt(6));
            Path file = TestSqlite.create(dir.resolve(table + ".db"), statements(random, rows));
            try (Db db =
                    SqliteFiles.open(file, SqliteFiles.Access.READ, Duration.ofSeconds(5), UnaryOperator.identity())) {
                db.read(tx -> {
                    SourceTable source =
                            SourceSchema.read(tx).tables(Selection.ALL).get(0);
                    ColumnSurvey survey = new ColumnSurvey(tx, source);
                    for (Column column : source.columns()) {
                        assertThat(survey.content(column))
                                .as("%s of %s with %s rows", column, file, rows)
                                .isEqualTo(read(tx, source, column));
                    }
                    return null;
                });
            }
        }
    }

    private static String[] statements(Random random, int rows) {
        List<String> statements = new ArrayList<>(List.of("create table t (" + columns() + ")"));
        List<String> usual = new ArrayList<>();
        DECLARED.forEach(declared -> usual.add(any(random)));
        statements.add("with recursive n (i) as (select 1 union all select i + 1 from n where i < " + rows
                + ") insert into t select " + String.join(", ", usual) + " from n where " + rows + " > 0");
        for (int odd = 0; odd < 3 && rows > 0; odd++) {
            statements.add("update t set c" + random.nextInt(DECLARED.size()) + " = " + any(random) + " where rowid = "
                    + (1 + random.nextInt(rows)));
        }
        return statements.toArray(String[]::new);
    }

    private static String columns() {
        List<String> columns = new ArrayList<>();
        DECLARED.forEach(declared -> columns.add("c" + columns.size() + " " + declared));
        return String.join(", ", columns);
    }

    private static String any(Random random) {
        return VALUES.get(random.nextInt(VALUES.size()));
    }

    /** Row by row. */
    private static Content read(Tx tx, SourceTable table, Column column) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        boolean[] not = new boolean[4];
        boolean keepsTexts = column.affinity() == SourceTable.Affinity.TEXT;
        table.scan(tx, Range.ALL, cells -> {
            int cell = table.offset() + column.position();
            Kind kind = cells.kind(cell);
            if (kind != Kind.NULL) {
                kinds.add(kind);
            }
            if (kind == Kind.INTEGER) {
                long value = cells.integer(cell);
                not[0] |= value != 0 && value != 1;
                not[1] |= value < -(1L << 53) || value > 1L << 53;
            } else if (kind == Kind.TEXT && !keepsTexts) {
                String text = text(cells, cell);
                not[2] |= !text.matches("(?i)t|f|true|false");
                not[3] |= text.matches("(?s)\\d{4}-\\d\\d-\\d\\d[ T].*");
            }
        });
        return new Content(kinds, !not[0], !not[1], !not[2], not[3]);
    }

    private static String text(Cells cells, int cell) {
        return (String) cells.value(cell);
    }
}

package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a database says of its own tables. */
class CatalogTest {
    private static final String ODD = "it's \"odd\" `name` \\ é";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void aTableIsFoundAsItWasMade(Kind kind) throws Exception {
        String quoted = '"' + ODD.replace("\"", "\"\"") + '"';
        try (Subject subject = new Subject(
                        kind,
                        dir,
                        "create table " + quoted + " (\"generated\" integer, \"Name\" text not null, \"group\" text,"
                                + " primary key (\"generated\", \"Name\"))",
                        "insert into " + quoted + " values (1, 'a', null)");
                Db db = subject.open()) {
            subject.copied(ODD);
            MirrorEngine engine = MirrorEngine.of(db);

            Optional<TargetTable> nowhere = db.read(tx -> engine.find(tx, "nowhere"));
            TargetTable found = db.read(tx -> engine.find(tx, ODD)).orElseThrow();

            assertThat(nowhere).isEmpty();
            assertThat(found.columns()).extracting(Column::name).containsExactly("generated", "Name", "group");
            assertThat(found.primaryKey()).containsExactly("generated", "Name");
            assertThat(found.columns())
                    .extracting(Column::nulls)
                    .containsExactly(Nulls.FORBIDDEN, Nulls.FORBIDDEN, Nulls.ALLOWED);
            assertThat(found.columns()).allMatch(column -> column.type().isPresent());
            assertThat(found.uniqueKeys()).isEmpty();
            assertThat(found.obstacles()).isEmpty();
            assertThat(db.<Boolean>read(tx -> engine.hasMade(tx, ODD))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void whatCannotBeFilledIsAnObstacle(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open()) {
            subject.mirror().execute("create table t (id bigint primary key)", "create view w as select id from t");
            MirrorEngine engine = MirrorEngine.of(db);

            assertThat(db.read(tx -> engine.find(tx, "t")).orElseThrow().obstacles())
                    .isEmpty();
            assertThat(db.read(tx -> engine.find(tx, "w")).orElseThrow().obstacles())
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoNamesAreOneWhereTheDatabaseSaysSo(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open()) {
            MirrorEngine engine = MirrorEngine.of(db);

            Optional<String> alike = db.read(tx -> engine.clash(tx, List.of("name", "NAME")));
            Optional<String> apart = db.read(tx -> engine.clash(tx, List.of("name", "names")));

            assertThat(alike.isPresent()).isEqualTo(kind != Kind.POSTGRESQL);
            assertThat(apart).isEmpty();
            assertThat(engine.invalidName("n".repeat(65)).isPresent()).isEqualTo(kind != Kind.SQLITE);
        }
    }
}

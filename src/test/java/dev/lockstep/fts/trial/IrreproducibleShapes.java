package dev.lockstep.fts.trial;

import java.util.List;
import java.util.stream.Stream;

/** Schemas whose triggers make something else of an index than a rebuild would. */
final class IrreproducibleShapes {
    /** A schema whose index depends on more than the rows that are there. */
    record Shape(String name, List<String> statements) {
        static Shape of(String name, String... statements) {
            return new Shape(name, List.of(statements));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final String INSERT =
            "create trigger ai after insert on n begin insert into f (rowid, body)" + " values (new.id, new.body); end";
    private static final String UPDATE =
            "create trigger au after update of body on n begin update f set body = new.body"
                    + " where rowid = old.id; end";
    private static final String DELETE =
            "create trigger ad after delete on n begin delete from f where rowid = old.id; end";

    private IrreproducibleShapes() {}

    static Stream<Shape> all() {
        String table =
                "create table n (id integer primary key, body text, deleted integer not null default 0, kind text)";
        String own = "create virtual table f using fts5(body)";
        return Stream.of(
                Shape.of(
                        "letters are made small at first, and kept later",
                        table,
                        own,
                        INSERT.replace("new.body)", "lower(new.body))"),
                        UPDATE,
                        DELETE),
                Shape.of(
                        "blanks around are taken away at first, and kept later",
                        table,
                        own,
                        INSERT.replace("new.body)", "trim(new.body))"),
                        UPDATE,
                        DELETE),
                Shape.of(
                        "what is only kept is not followed",
                        table,
                        "create virtual table f using fts5(body, kind unindexed)",
                        INSERT.replace("body)", "body, kind)").replace("new.body, kind", "new.body, new.kind"),
                        UPDATE,
                        DELETE),
                Shape.of(
                        "an update trigger takes deleted rows out",
                        table,
                        own,
                        INSERT,
                        UPDATE,
                        DELETE,
                        "create trigger asoft after update of deleted on n when new.deleted = 1 begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "an update trigger takes deleted rows out, and few rows are in the index",
                        table.replace("kind text", "kind text default 'x'"),
                        own,
                        INSERT.replace("insert on n", "insert on n when new.kind is null"),
                        "create trigger au after update of body, kind on n begin delete from f where rowid = old.id;"
                                + " insert into f (rowid, body) select new.id, new.body where new.kind is null; end",
                        DELETE,
                        "create trigger asoft after update of deleted on n when new.deleted = 1 begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "an update brings rows in that another condition leaves out",
                        table,
                        own,
                        INSERT.replace("insert on n", "insert on n when new.kind is null and new.deleted = 0"),
                        "create trigger au after update on n begin delete from f where rowid = old.id;"
                                + " insert into f (rowid, body) select new.id, new.body where new.kind is null and"
                                + " new.deleted = 0 or old.deleted = 1 and new.deleted = 0; end",
                        DELETE),
                Shape.of(
                        "an insert fails on text that an update takes",
                        table,
                        own,
                        INSERT.replace("new.body)", "new.body || json_extract(new.kind, '$.k'))"),
                        "create trigger au after update of body on n begin update f set body = new.body || ''"
                                + " where rowid = old.id; end",
                        DELETE),
                Shape.of(
                        "an update trigger takes rows of one kind out",
                        table,
                        own,
                        INSERT,
                        UPDATE,
                        DELETE,
                        "create trigger akind after update on n when new.kind = 'archived' begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "an update trigger follows another column",
                        "create table n (id integer primary key, body text, subject text)",
                        own,
                        INSERT,
                        "create trigger au after update of subject on n begin update f set body = new.body"
                                + " where rowid = old.id; end"),
                Shape.of(
                        "a delete trigger that keeps some",
                        table,
                        own,
                        INSERT,
                        UPDATE,
                        "create trigger ad after delete on n when old.deleted = 0 begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "a key that is not searched in, and nothing that becomes an empty text",
                        table,
                        "create virtual table f using fts5(id unindexed, body)",
                        INSERT.replace("rowid", "id"),
                        "create trigger au after update on n begin update f set body = coalesce(new.body, '')"
                                + " where id = old.id; end",
                        DELETE.replace("rowid", "id")),
                Shape.of(
                        "an update writes other text than an insert",
                        table,
                        own,
                        INSERT,
                        "create trigger au after update on n begin update f set body = new.body || ' ' || new.kind"
                                + " where rowid = old.id; end",
                        DELETE),
                Shape.of(
                        "external content whose update indexes what the insert leaves out",
                        "create table n (id integer primary key, body text, hidden text)",
                        "create virtual table f using fts5(body, content='n', content_rowid='id')",
                        "create trigger ai after insert on n when new.hidden is null begin"
                                + " insert into f (rowid, body) values (new.id, new.body); end",
                        "create trigger au after update on n begin insert into f (f, rowid, body) select 'delete',"
                                + " old.id, old.body where old.hidden is null; insert into f (rowid, body) values (new.id,"
                                + " new.body); end"));
    }
}

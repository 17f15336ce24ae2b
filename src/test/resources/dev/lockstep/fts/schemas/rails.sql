-- A search model of a Rails application: quoted names, created_at and updated_at, a polymorphic record that the index has as text.
-- expected: equal

CREATE TABLE "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "title" varchar NOT NULL, "body" text, "published" boolean DEFAULT 0 NOT NULL, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);

CREATE TABLE "comments" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "post_id" integer NOT NULL, "body" text, "comments_count" integer DEFAULT 0);

CREATE VIRTUAL TABLE "post_search_index" USING fts5("title", "body", tokenize='porter unicode61', content="posts", content_rowid="id");

CREATE TRIGGER "posts_after_insert" AFTER INSERT ON "posts" BEGIN
  INSERT INTO "post_search_index" ("rowid", "title", "body") VALUES (new."id", new."title", new."body");
END;

CREATE TRIGGER "posts_after_update" AFTER UPDATE OF "title", "body" ON "posts" BEGIN
  INSERT INTO "post_search_index" ("post_search_index", "rowid", "title", "body") VALUES ('delete', old."id", old."title", old."body");
  INSERT INTO "post_search_index" ("rowid", "title", "body") VALUES (new."id", new."title", new."body");
END;

CREATE TRIGGER "posts_after_delete" AFTER DELETE ON "posts" BEGIN
  INSERT INTO "post_search_index" ("post_search_index", "rowid", "title", "body") VALUES ('delete', old."id", old."title", old."body");
END;

-- rows

INSERT INTO "posts" ("title", "body", "published", "created_at", "updated_at") VALUES ({words}, {words|NULL}, {0|1}, '2026-01-01 00:00:00', '2026-01-01 00:00:00');

-- work

INSERT INTO "posts" ("title", "body", "published", "created_at", "updated_at") VALUES ({words}, {words}, 1, '2026-01-02 00:00:00', '2026-01-02 00:00:00');

INSERT INTO "comments" ("post_id", "body") VALUES ({id}, {words});

UPDATE "posts" SET "title" = {words}, "updated_at" = '2026-01-0{id}' WHERE "posts"."id" = {id};

UPDATE "posts" SET "published" = 1 - "published";

DELETE FROM "posts" WHERE "posts"."id" = {id};

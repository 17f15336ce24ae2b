-- A migration written by hand beside Prisma: mixed case, and numbers of rows that change.
-- expected: equal

CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "name" TEXT, "bio" TEXT);

CREATE VIRTUAL TABLE "User_fts" USING fts5("name", "bio", content='User', content_rowid='id');

CREATE TRIGGER "User_ai" AFTER INSERT ON "User" BEGIN INSERT INTO "User_fts" (rowid, "name", "bio") VALUES (new.id, new.name, new.bio); END;

CREATE TRIGGER "User_ad" AFTER DELETE ON "User" BEGIN INSERT INTO "User_fts" ("User_fts", rowid, "name", "bio") VALUES ('delete', old.id, old.name, old.bio); END;

CREATE TRIGGER "User_au" AFTER UPDATE ON "User" BEGIN INSERT INTO "User_fts" ("User_fts", rowid, "name", "bio") VALUES ('delete', old.id, old.name, old.bio); INSERT INTO "User_fts" (rowid, "name", "bio") VALUES (new.id, new.name, new.bio); END;

-- rows

INSERT INTO "User" ("email", "name", "bio") VALUES ('u{id}@example.org', {words|null}, {words|null});

-- work

INSERT INTO "User" ("email", "name") VALUES ('u{new}@example.org', {words});

UPDATE "User" SET id = {new} WHERE id = {id};

UPDATE "User" SET bio = {words|null}, name = {words} WHERE id = {id};

DELETE FROM "User" WHERE id = {id};

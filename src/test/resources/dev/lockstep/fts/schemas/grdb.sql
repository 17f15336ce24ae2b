-- GRDB's "synchronize(withTable:)": triggers with two underscores before the index's name.
-- expected: equal

CREATE TABLE "document" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "title" TEXT, "body" TEXT, "author" TEXT);

CREATE VIRTUAL TABLE "document_ft" USING fts5("title", "body", tokenize='unicode61', content='document', content_rowid='id');

CREATE TRIGGER "__document_ft_ai" AFTER INSERT ON "document" BEGIN
    INSERT INTO "document_ft"("rowid", "title", "body") VALUES (new."id", new."title", new."body");
END;

CREATE TRIGGER "__document_ft_ad" AFTER DELETE ON "document" BEGIN
    INSERT INTO "document_ft"("document_ft", "rowid", "title", "body") VALUES('delete', old."id", old."title", old."body");
END;

CREATE TRIGGER "__document_ft_au" AFTER UPDATE ON "document" BEGIN
    INSERT INTO "document_ft"("document_ft", "rowid", "title", "body") VALUES('delete', old."id", old."title", old."body");
    INSERT INTO "document_ft"("rowid", "title", "body") VALUES (new."id", new."title", new."body");
END;

-- rows

insert into document (title, body) values ({words}, {words|null});

-- work

insert into document (title, body, author) values ({words|null}, {words}, {words});

update document set author = {words};

update document set title = {words|null} where id = {id};

delete from document where id % 6 = {id} % 6;

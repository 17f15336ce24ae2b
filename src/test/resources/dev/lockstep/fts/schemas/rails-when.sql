-- A Rails migration whose trigger compares old and new.
-- expected: equal

CREATE TABLE "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "title" varchar NOT NULL, "body" text, "user_id" integer, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);

CREATE VIRTUAL TABLE "posts_search_index" USING fts5(title, body, tokenize='porter', content='posts', content_rowid='id');

CREATE TRIGGER posts_search_index_insert AFTER INSERT ON posts BEGIN INSERT INTO posts_search_index(rowid, title, body) VALUES (new.id, new.title, new.body); END;

CREATE TRIGGER posts_search_index_delete AFTER DELETE ON posts BEGIN INSERT INTO posts_search_index(posts_search_index, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); END;

CREATE TRIGGER posts_search_index_update AFTER UPDATE OF title, body ON posts WHEN old.title IS NOT new.title OR old.body IS NOT new.body BEGIN INSERT INTO posts_search_index(posts_search_index, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); INSERT INTO posts_search_index(rowid, title, body) VALUES (new.id, new.title, new.body); END;

-- rows

insert into posts(id,title,body,created_at,updated_at) values({id},{words},{words|null},'2024-01-01','2024-01-01');

-- work

insert into posts(title,body,created_at,updated_at) values({words},{words|null},'2024-01-01','2024-01-01');

update posts set title={words}, updated_at='2025-01-01' where id={id};

update posts set updated_at='2026-01-01';

delete from posts where id={id};

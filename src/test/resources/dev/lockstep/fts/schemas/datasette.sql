-- A table as Datasette publishes it: text keys, rowid alone numbers the rows, and names with blanks and hyphens.
-- expected: equal

CREATE TABLE [til-posts] ([path] TEXT PRIMARY KEY, [topic] TEXT, [title] TEXT, [body text] TEXT, [created_utc] TEXT);

CREATE VIRTUAL TABLE [til-posts_fts] USING FTS5 ([title], [body text], content=[til-posts]);

CREATE TRIGGER [til-posts_ai] AFTER INSERT ON [til-posts] BEGIN
  INSERT INTO [til-posts_fts] (rowid, [title], [body text]) VALUES (new.rowid, new.[title], new.[body text]);
END;

CREATE TRIGGER [til-posts_ad] AFTER DELETE ON [til-posts] BEGIN
  INSERT INTO [til-posts_fts] ([til-posts_fts], rowid, [title], [body text]) VALUES('delete', old.rowid, old.[title], old.[body text]);
END;

CREATE TRIGGER [til-posts_au] AFTER UPDATE ON [til-posts] BEGIN
  INSERT INTO [til-posts_fts] ([til-posts_fts], rowid, [title], [body text]) VALUES('delete', old.rowid, old.[title], old.[body text]);
  INSERT INTO [til-posts_fts] (rowid, [title], [body text]) VALUES (new.rowid, new.[title], new.[body text]);
END;

-- rows

insert into [til-posts] values ('p{id}', 'sqlite', {words}, {words|null}, null);

-- work

insert into [til-posts] values ('p{new}', {words}, {words}, {words}, null);

insert into [til-posts] (path, title) values ('p{id}', {words}) on conflict (path) do update set title = excluded.title;

update [til-posts] set [body text] = {words|null} where path = 'p{id}';

update [til-posts] set topic = {words};

delete from [til-posts] where path = 'p{id}';

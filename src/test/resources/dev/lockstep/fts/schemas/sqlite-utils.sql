-- What sqlite-utils makes of "enable-fts dogs name twitter --fts5 --create-triggers".
-- expected: equal

CREATE TABLE [dogs] (
   [id] INTEGER PRIMARY KEY,
   [name] TEXT,
   [twitter] TEXT,
   [age] INTEGER
);

CREATE VIRTUAL TABLE [dogs_fts] USING FTS5 (
    [name], [twitter],
    tokenize='porter',
    content=[dogs]
);

CREATE TRIGGER [dogs_ai] AFTER INSERT ON [dogs] BEGIN
  INSERT INTO [dogs_fts] (rowid, [name], [twitter]) VALUES (new.rowid, new.[name], new.[twitter]);
END;

CREATE TRIGGER [dogs_ad] AFTER DELETE ON [dogs] BEGIN
  INSERT INTO [dogs_fts] ([dogs_fts], rowid, [name], [twitter]) VALUES('delete', old.rowid, old.[name], old.[twitter]);
END;

CREATE TRIGGER [dogs_au] AFTER UPDATE ON [dogs] BEGIN
  INSERT INTO [dogs_fts] ([dogs_fts], rowid, [name], [twitter]) VALUES('delete', old.rowid, old.[name], old.[twitter]);
  INSERT INTO [dogs_fts] (rowid, [name], [twitter]) VALUES (new.rowid, new.[name], new.[twitter]);
END;

-- rows

insert into dogs values ({id}, {words}, {words|null}, {id});

-- work

insert into [dogs] ([name], [age]) values ({words}, {id});

insert into dogs values ({id}, {words}, {words}, 1) on conflict (id) do update set name = excluded.name;

update dogs set age = age + 1;

update dogs set twitter = {words|null} where id % 3 = {id} % 3;

update dogs set id = {new} where id = {id};

delete from dogs where id = {id};

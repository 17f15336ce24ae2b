-- A knowledge graph for an assistant: one index over entities and over what was observed of them, in two tables.
-- expected: equal

create table entities (id integer primary key, name text not null unique, entity_type text not null);

create table observations (id integer primary key, entity_id integer not null, content text not null);

create virtual table memory_fts using fts5(source unindexed, key unindexed, text);

create trigger entities_ai after insert on entities begin
  insert into memory_fts (rowid, source, key, text) values (new.id * 2, 'entity', new.id, new.name || ' ' || new.entity_type);
end;

create trigger entities_ad after delete on entities begin
  delete from memory_fts where rowid = old.id * 2;
  delete from observations where entity_id = old.id;
end;

create trigger entities_au after update on entities begin
  update memory_fts set key = new.id, text = new.name || ' ' || new.entity_type where rowid = old.id * 2;
end;

create trigger observations_ai after insert on observations begin
  insert into memory_fts (rowid, source, key, text) values (new.id * 2 + 1, 'observation', new.id, new.content);
end;

create trigger observations_ad after delete on observations begin
  delete from memory_fts where rowid = old.id * 2 + 1;
end;

create trigger observations_au after update on observations begin
  update memory_fts set key = new.id, text = new.content where rowid = old.id * 2 + 1;
end;

-- rows

insert into entities values ({id}, 'e{id}', {words});

insert into observations values ({id}, {id}, {words});

-- work

insert into entities values ({new}, 'e{new}', {words});

insert into observations (entity_id, content) values ({id}, {words});

update observations set content = {words} where entity_id = {id};

update entities set entity_type = {words} where id = {id};

delete from entities where id = {id};

delete from observations where id % 7 = {id} % 7;

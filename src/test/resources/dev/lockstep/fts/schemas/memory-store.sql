-- Memories of an assistant as an MCP server keeps them: entities with observations in JSON, forgotten ones stay as rows.
-- expected: equal

create table memories (id text primary key, content text not null, summary text, tags text check (tags is null or json_valid(tags)), metadata text not null default '{}', kind text not null default 'fact', created_at text, deleted_at text);

create table memory_events (id integer primary key autoincrement, memory_id text not null, event text not null);

create virtual table memories_fts using fts5(id unindexed, content, summary, tags, tokenize='porter unicode61');

create trigger memories_ai after insert on memories when new.deleted_at is null begin
  insert into memories_fts (rowid, id, content, summary, tags) values (new.rowid, new.id, new.content, coalesce(new.summary, ''), new.tags);
end;

create trigger memories_ad after delete on memories begin
  delete from memories_fts where rowid = old.rowid;
end;

create trigger memories_au after update on memories begin
  delete from memories_fts where rowid = old.rowid;
  insert into memories_fts (rowid, id, content, summary, tags) select new.rowid, new.id, new.content, coalesce(new.summary, ''), new.tags where new.deleted_at is null;
end;

create trigger memories_history after update of content on memories begin
  insert into memory_events (memory_id, event) values (new.id, 'UPDATE ' || old.content);
end;

-- rows

insert into memories (id, content, tags, deleted_at) values ('m{id}', {words}, {null|'["a"]'}, {null|null|'2026-01-01'});

-- work

insert into memories (id, content, summary) values ('m{new}', {words}, {words|null});

insert into memories (id, content) values ('m{id}', {words}) on conflict (id) do update set content = excluded.content, deleted_at = null;

update memories set deleted_at = {null|'2026-02-02'} where rowid % 4 = {id} % 4;

update memories set content = {words}, tags = {null|'["b", "c"]'} where id = 'm{id}';

delete from memories where deleted_at is not null;

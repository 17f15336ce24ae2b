-- Notes as Joplin keeps them: a table of normalized texts beside the notes, which the index has for its content.
-- expected: equal

create table notes (id text primary key, title text not null default '', body text not null default '', is_todo int not null default 0, parent_id text not null default '');

create table notes_normalized (id text not null, title text not null default '', body text not null default '', user_created_time int not null default 0, is_todo int not null default 0, parent_id text not null default '');

create index notes_normalized_id on notes_normalized (id);

create virtual table notes_fts using fts5(id unindexed, title, body, user_created_time unindexed, is_todo unindexed, parent_id unindexed, content="notes_normalized", prefix='2 3');

create trigger notes_after_insert after insert on notes_normalized begin
  insert into notes_fts (rowid, id, title, body, user_created_time, is_todo, parent_id) select rowid, id, title, body, user_created_time, is_todo, parent_id from notes_normalized where new.rowid = notes_normalized.rowid;
end;

create trigger notes_fts_before_update before update on notes_normalized begin
  insert into notes_fts (notes_fts, rowid, id, title, body, user_created_time, is_todo, parent_id) values ('delete', old.rowid, old.id, old.title, old.body, old.user_created_time, old.is_todo, old.parent_id);
end;

create trigger notes_after_update after update on notes_normalized begin
  insert into notes_fts (rowid, id, title, body, user_created_time, is_todo, parent_id) select rowid, id, title, body, user_created_time, is_todo, parent_id from notes_normalized where new.rowid = notes_normalized.rowid;
end;

create trigger notes_fts_before_delete before delete on notes_normalized begin
  insert into notes_fts (notes_fts, rowid, id, title, body, user_created_time, is_todo, parent_id) values ('delete', old.rowid, old.id, old.title, old.body, old.user_created_time, old.is_todo, old.parent_id);
end;

-- rows

insert into notes (id, title, body) values ('n{id}', {words}, {words});

insert into notes_normalized (id, title, body) values ('n{id}', {words}, {words});

-- work

insert into notes_normalized (id, title, body, is_todo) values ('n{new}', {words}, {words|''}, {0|1});

update notes_normalized set title = {words} where id = 'n{id}';

update notes_normalized set body = {words}, is_todo = 1 - is_todo where rowid % 4 = {id} % 4;

update notes set parent_id = 'n{id}';

delete from notes_normalized where id = 'n{id}';

-- Entries of feeds as Miniflux has them, brought to SQLite: title and text weighted apart, tags in JSON.
-- expected: equal

create table feeds (id integer primary key, title text not null);

create table entries (id integer primary key, feed_id integer not null references feeds (id) on delete cascade, title text not null, url text not null, content text, tags text not null default '[]', status text not null default 'unread', hash text not null, unique (feed_id, hash));

create virtual table entries_search using fts5(title, content, tags, content='entries', content_rowid='id', tokenize='porter');

create trigger entries_search_i after insert on entries begin
  insert into entries_search (rowid, title, content, tags) values (new.id, new.title, new.content, new.tags);
end;

create trigger entries_search_d after delete on entries begin
  insert into entries_search (entries_search, rowid, title, content, tags) values ('delete', old.id, old.title, old.content, old.tags);
end;

create trigger entries_search_u after update of title, content, tags on entries
  when old.title is not new.title or old.content is not new.content or old.tags is not new.tags
begin
  insert into entries_search (entries_search, rowid, title, content, tags) values ('delete', old.id, old.title, old.content, old.tags);
  insert into entries_search (rowid, title, content, tags) values (new.id, new.title, new.content, new.tags);
end;

-- rows

insert into feeds values ({id}, {words});

insert into entries (id, feed_id, title, url, content, hash) values ({id}, {id}, {words}, 'http://example.org/{id}', {words|null}, 'h{id}');

-- work

insert into entries (feed_id, title, url, content, hash) values ({id}, {words}, 'x', {words}, 'h{new}');

insert into entries (feed_id, title, url, hash) values ({id}, {words}, 'x', 'h{id}') on conflict (feed_id, hash) do update set title = excluded.title;

update entries set status = {'read'|'removed'} where feed_id = {id};

update entries set tags = '["one", "two"]', content = {words|null} where id % 3 = {id} % 3;

delete from entries where feed_id = {id};

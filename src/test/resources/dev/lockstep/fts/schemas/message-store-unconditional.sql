-- The same store without messages that stay out: what the trigger on DELETE does besides goes on while it is put away.
-- expected: equal

create table messages (rowid integer primary key asc, id text unique, json text, body text);

create table reactions (rowid integer primary key asc autoincrement, messageId text, emoji text);

create table sendLogPayloads (id integer primary key asc, timestamp integer not null);

create table sendLogMessageIds (messageId text not null, payloadId integer not null);

create virtual table messages_fts using fts5(body, tokenize = 'unicode61');

create trigger messages_on_insert after insert on messages
begin
  insert into messages_fts (rowid, body) values (new.rowid, new.body);
end;

create trigger messages_on_update after update on messages
  when new.body is null or old.body is not new.body
begin
  delete from messages_fts where rowid = old.rowid;
  insert into messages_fts (rowid, body) values (new.rowid, new.body);
end;

create trigger messages_on_delete after delete on messages
begin
  delete from messages_fts where rowid = old.rowid;
  delete from sendLogPayloads where id in (select payloadId from sendLogMessageIds where messageId = old.id);
  delete from reactions where messageId = old.id;
end;

-- rows

insert into messages (rowid, id, body) values ({id}, 'm{id}', {words});

insert into reactions (messageId, emoji) values ('m{id}', '+1');

insert into sendLogPayloads values ({id}, {id} * 10);

insert into sendLogMessageIds values ('m{id}', {id});

-- work

insert into messages (rowid, id, body) values ({new}, 'm{new}', {words});

insert into reactions (messageId, emoji) values ('m{id}', {'+1'|'heart'});

update messages set body = {words|null} where rowid = {id};

update messages set json = '{}' where rowid % 5 = {id} % 5;

delete from messages where rowid = {id};

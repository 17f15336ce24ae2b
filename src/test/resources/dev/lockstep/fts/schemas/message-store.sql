-- Messages of a chat program on a desk, as Signal keeps them: a trigger on DELETE takes much else away, a view-once message stays out.
-- expected: refused, in the index that a rebuild leaves out

create table messages (rowid integer primary key asc, id text unique, json text, body text, isViewOnce integer, storyId text);

create table reactions (rowid integer primary key asc autoincrement, messageId text, emoji text);

create table sendLogPayloads (id integer primary key asc, timestamp integer not null);

create table sendLogMessageIds (messageId text not null, payloadId integer not null);

create virtual table messages_fts using fts5(body, tokenize = 'unicode61');

create trigger messages_on_insert after insert on messages
  when new.isViewOnce is not 1 and new.storyId is null
begin
  insert into messages_fts (rowid, body) values (new.rowid, new.body);
end;

create trigger messages_on_update after update on messages
  when (new.body is null or old.body is not new.body) and new.isViewOnce is not 1 and new.storyId is null
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

insert into messages (rowid, id, body, isViewOnce, storyId) values ({id}, 'm{id}', {words}, {null|0|1}, null);

insert into reactions (messageId, emoji) values ('m{id}', '+1');

-- work

update messages set body = {words} where rowid = {id};

update messages set isViewOnce = 1 where rowid = {id};

delete from messages where rowid = {id};

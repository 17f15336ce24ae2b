-- Events of rooms as Element searches them: encrypted ones are let in when they have been read, redacted ones leave.
-- expected: equal

create table events (id integer primary key autoincrement, event_id text not null unique, room_id text not null, sender text not null, type text not null, body text, redacted integer not null default 0, server_ts integer not null default 0);

create table profiles (id integer primary key, user_id text not null, displayname text);

create virtual table event_search using fts5(room_id unindexed, sender unindexed, body, tokenize='unicode61', detail=none);

create trigger events_insert after insert on events when new.type = 'm.room.message' and new.redacted = 0 and new.body is not null begin
  insert into event_search (rowid, room_id, sender, body) values (new.id, new.room_id, new.sender, new.body);
end;

create trigger events_update after update on events begin
  delete from event_search where rowid = old.id;
  insert into event_search (rowid, room_id, sender, body) select new.id, new.room_id, new.sender, new.body where new.type = 'm.room.message' and new.redacted = 0 and new.body is not null;
end;

create trigger events_delete after delete on events begin
  delete from event_search where rowid = old.id;
end;

create trigger events_sender_is_told before insert on events when new.sender = '' begin
  select raise(abort, 'no sender');
end;

-- rows

insert into events (id, event_id, room_id, sender, type, body, redacted) values ({id}, '$e{id}', '!r{id}', '@a', {'m.room.message'|'m.room.encrypted'}, {words|null}, {0|0|1});

-- work

insert into events (event_id, room_id, sender, type, body) values ('$e{new}', '!r{id}', {'@a'|'@b'|''}, {'m.room.message'|'m.room.encrypted'}, {words|null});

update events set redacted = 1 where id = {id};

update events set type = 'm.room.message', body = {words} where type = 'm.room.encrypted' and id % 3 = {id} % 3;

update events set server_ts = {new};

delete from events where room_id = '!r{id}';

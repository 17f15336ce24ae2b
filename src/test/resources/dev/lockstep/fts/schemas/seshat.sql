-- A store of events keyed by two texts, without rowid: the index takes what it numbers itself.
-- expected: equal
-- numbers: the index's

create table event (room_id text not null, event_id text not null, body text, topic text, primary key (room_id, event_id)) without rowid;

create table source_db (id integer primary key, checkpoint text);

create virtual table event_index using fts5(room_id unindexed, event_id unindexed, body, topic);

create trigger event_i after insert on event begin
  insert into event_index (room_id, event_id, body, topic) values (new.room_id, new.event_id, new.body, new.topic);
end;

create trigger event_u after update of body, topic on event begin
  update event_index set body = new.body, topic = new.topic where room_id = old.room_id and event_id = old.event_id;
end;

create trigger event_d after delete on event begin
  delete from event_index where room_id = old.room_id and event_id = old.event_id;
end;

-- rows

insert into event values ('!a', '$e{id}', {words}, {null|'topic'});

-- work

insert into event values ({'!a'|'!b'}, '$e{new}', {words|null}, null);

insert into event values ('!a', '$e{id}', {words}, null) on conflict (room_id, event_id) do update set body = excluded.body;

update event set body = {words|null} where event_id = '$e{id}';

delete from event where event_id = '$e{id}';

-- An archive of chats on a telephone, as Signal keeps them there: external content and UNINDEXED columns.
-- expected: equal

create table message (_id integer primary key autoincrement, thread_id integer not null, from_recipient_id integer, body text, date_sent integer);

create table thread (_id integer primary key, snippet text, meaningful_messages integer not null default 0);

create virtual table message_fts using fts5(body, thread_id unindexed, content=message, content_rowid=_id, tokenize="unicode61 categories 'L* N* Co Sc So'");

create trigger message_ai after insert on message begin
  insert into message_fts (rowid, body, thread_id) values (new._id, new.body, new.thread_id);
end;

create trigger message_ad after delete on message begin
  insert into message_fts (message_fts, rowid, body, thread_id) values ('delete', old._id, old.body, old.thread_id);
end;

create trigger message_au after update on message begin
  insert into message_fts (message_fts, rowid, body, thread_id) values ('delete', old._id, old.body, old.thread_id);
  insert into message_fts (rowid, body, thread_id) values (new._id, new.body, new.thread_id);
end;

create trigger message_counts after insert on message begin
  update thread set meaningful_messages = meaningful_messages + 1, snippet = new.body where _id = new.thread_id;
end;

-- rows

insert into thread (_id) values ({id});

insert into message (_id, thread_id, body) values ({id}, 1 + {id} % 4, {words|null});

-- work

insert into message (thread_id, body, date_sent) values (1 + {id} % 4, {words}, {new});

update message set body = {words|''|null} where _id = {id};

update message set thread_id = {id} where _id % 3 = {id} % 3;

update message set date_sent = {new};

delete from message where thread_id = {id};

delete from message where _id = {id};

-- Messages of a chat program that have text or not.
-- expected: equal
-- numbers: the index's

create table messages_v2(mid integer, uid integer, read_state integer, send_state integer, date integer, data blob, out integer, ttl integer, message text, primary key(mid, uid));

create virtual table messages_search using fts5(message, tokenize="unicode61 remove_diacritics 2 tokenchars '-_'");

create trigger m_i after insert on messages_v2 when new.message is not null and new.message != '' begin insert into messages_search(rowid, message) values (new.rowid, new.message); end;

create trigger m_u after update of message on messages_v2 begin delete from messages_search where rowid = old.rowid; insert into messages_search(rowid, message) select new.rowid, new.message where new.message is not null and new.message != ''; end;

create trigger m_d after delete on messages_v2 begin delete from messages_search where rowid = old.rowid; end;

-- rows

insert into messages_v2 values({id},1,0,0,0,null,0,0,{words|null|''});

-- work

insert into messages_v2 values({new},1,0,0,0,x'00',0,0,{words|null|''});

update messages_v2 set message={words|null|''} where mid={id};

update messages_v2 set read_state=1;

delete from messages_v2 where mid={id};

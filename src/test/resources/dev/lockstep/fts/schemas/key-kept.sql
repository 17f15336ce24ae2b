-- Notes whose key stands in the index for the application to join by; the update trigger leaves it alone.
-- expected: equal
-- numbers: the index's

create table notes (id text primary key, title text, body text, updated integer default 0);

create virtual table notes_fts using fts5(title, body, id unindexed);

create trigger notes_ai after insert on notes begin insert into notes_fts(title, body, id) values (new.title, new.body, new.id); end;

create trigger notes_au after update on notes begin update notes_fts set title = new.title, body = new.body where id = old.id; end;

create trigger notes_ad after delete on notes begin delete from notes_fts where id = old.id; end;

-- rows

insert into notes values('n{id}',{words},{words},0);

-- work

insert into notes values('n{new}',{words},{words|null},0);

update notes set title={words} where id='n{id}';

update notes set updated={new};

update notes set body={words|null} where rowid%3={id}%3;

insert into notes values('n{id}',{words},{words},0) on conflict(id) do update set body=excluded.body;

delete from notes where id='n{id}';

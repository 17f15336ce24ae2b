-- Notes of Anki with an add-on's index: fields in one text, separated by a character that is not printed, and tags.
-- expected: equal

create table notes (id integer primary key, guid text not null, mid integer not null, mod integer not null, usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null, flags integer not null, data text not null);

create table cards (id integer primary key, nid integer not null, did integer not null);

create table graves (usn integer not null, oid integer not null, type integer not null);

create virtual table notes_search using fts5(flds, tags, detail=column, tokenize='unicode61');

create trigger notes_search_i after insert on notes begin
  insert into notes_search (rowid, flds, tags) values (new.id, replace(new.flds, char(31), ' '), new.tags);
end;

create trigger notes_search_u after update of flds, tags on notes begin
  update notes_search set flds = replace(new.flds, char(31), ' '), tags = new.tags where rowid = old.id;
end;

create trigger notes_search_d after delete on notes begin
  delete from notes_search where rowid = old.id;
  insert into graves values (-1, old.id, 1);
end;

-- rows

insert into notes values ({id}, 'g{id}', 1, 1, -1, {' leech '|''|' marked verbs '}, {words} || char(31) || {words}, 0, 0, 0, '');

insert into cards values ({id}, {id}, 1);

-- work

insert into notes values ({new}, 'g{new}', 1, 1, -1, '', {words} || char(31) || {words}, 0, 0, 0, '');

update notes set tags = {' leech '|''}, usn = -1 where id % 3 = {id} % 3;

update notes set flds = {words}, mod = {new} where id = {id};

update notes set usn = {id};

delete from notes where id = {id};

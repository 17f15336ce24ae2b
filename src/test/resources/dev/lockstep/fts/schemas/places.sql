-- Places as Firefox keeps them, with titles given by bookmarks: an index that depends on two tables at once.
-- expected: refused, what belongs into places_search

create table moz_places (id integer primary key, url longvarchar, title longvarchar, frecency integer default -1 not null, foreign_count integer default 0 not null);

create table moz_bookmarks (id integer primary key, type integer, fk integer, title longvarchar);

create virtual table places_search using fts5(url, title);

create trigger moz_places_afterinsert_trigger after insert on moz_places begin
  insert into places_search (rowid, url, title) values (new.id, new.url, coalesce((select title from moz_bookmarks where fk = new.id), new.title));
end;

create trigger moz_places_afterdelete_trigger after delete on moz_places begin
  delete from places_search where rowid = old.id;
end;

create trigger moz_bookmarks_afterinsert_trigger after insert on moz_bookmarks begin
  update moz_places set foreign_count = foreign_count + 1 where id = new.fk;
  update places_search set title = new.title where rowid = new.fk;
end;

-- rows

insert into moz_places (id, url, title) values ({id}, 'https://example.org/{id}', {words});

-- work

insert into moz_bookmarks (type, fk, title) values (1, {id}, {words});

-- A browser's history: pages and visits, one row of the index a page, in the order in which they were visited last.
-- expected: equal

create table urls (id integer primary key autoincrement, url longvarchar, title longvarchar, visit_count integer default 0 not null, typed_count integer default 0 not null, hidden integer default 0 not null);

create table visits (id integer primary key autoincrement, url integer not null, visit_time integer not null);

create virtual table pages using fts5(url, title, content='', tokenize="unicode61 separators '/.:'");

create trigger urls_i after insert on urls when new.hidden = 0 begin
  insert into pages (rowid, url, title) values (new.id, new.url, new.title);
end;

create trigger urls_u after update of url, title, hidden on urls begin
  insert into pages (pages, rowid, url, title) select 'delete', old.id, old.url, old.title where old.hidden = 0;
  insert into pages (rowid, url, title) select new.id, new.url, new.title where new.hidden = 0;
end;

create trigger urls_d after delete on urls begin
  insert into pages (pages, rowid, url, title) select 'delete', old.id, old.url, old.title where old.hidden = 0;
  delete from visits where url = old.id;
end;

create trigger visits_i after insert on visits begin
  update urls set visit_count = visit_count + 1 where id = new.url;
end;

-- rows

insert into urls (id, url, title, hidden) values ({id}, 'https://example.org/{id}', {words|''}, {0|0|1});

-- work

insert into urls (url, title) values ('https://example.com/page{new}', {words});

insert into visits (url, visit_time) values ({id}, {new});

update urls set title = {words|''|null} where id = {id};

update urls set hidden = 1 - hidden where id % 5 = {id} % 5;

delete from urls where id = {id};

delete from urls where visit_count = 0 and id % 4 = {id} % 4;

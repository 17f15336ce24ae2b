-- A journal that takes only what its constraints name, and is empty at first.
-- expected: equal

create table entries(id integer primary key, kind text not null check(kind in ('note','todo')), title text not null check(length(title) between 1 and 200), body text, rating integer check(rating between 1 and 5));

create virtual table entries_fts using fts5(title, body, content='entries', content_rowid='id');

create trigger e_i after insert on entries begin insert into entries_fts(rowid,title,body) values(new.id,new.title,new.body); end;

create trigger e_d after delete on entries begin insert into entries_fts(entries_fts,rowid,title,body) values('delete',old.id,old.title,old.body); end;

create trigger e_u after update on entries begin insert into entries_fts(entries_fts,rowid,title,body) values('delete',old.id,old.title,old.body); insert into entries_fts(rowid,title,body) values(new.id,new.title,new.body); end;

-- rows



-- work

insert into entries values({new},{'note'|'todo'},{words},{words},{1|2|null});

update entries set title={words};

delete from entries where id={new};

-- A column that takes two words only, shows in the index, and is not followed.
-- expected: refused, could not be tried

create table entries(id integer primary key, status text not null check(status in ('open','closed')), title text not null);

create virtual table entries_fts using fts5(title, status);

create trigger e_i after insert on entries begin insert into entries_fts(rowid,title,status) values(new.id,new.title,new.status); end;

create trigger e_d after delete on entries begin delete from entries_fts where rowid=old.id; end;

create trigger e_u after update on entries begin update entries_fts set title=new.title where rowid=old.id; end;

-- rows

insert into entries values({id},{'open'|'closed'},{words});

-- work

insert into entries values({new},{'open'|'closed'},{words});

update entries set status={'open'|'closed'} where id={id};

delete from entries where id={id};

-- Persons by a name that is computed, and a mail address that a constraint looks at.
-- expected: equal

create table people(id integer primary key, first text, last text, full text generated always as (coalesce(first,'')||' '||coalesce(last,'')) stored, mail text check(mail is null or mail like '%@%'));

create virtual table people_fts using fts5(full, mail, content='people', content_rowid='id');

create trigger p_i after insert on people begin insert into people_fts(rowid,full,mail) values(new.id,new.full,new.mail); end;

create trigger p_d after delete on people begin insert into people_fts(people_fts,rowid,full,mail) values('delete',old.id,old.full,old.mail); end;

create trigger p_u after update on people begin insert into people_fts(people_fts,rowid,full,mail) values('delete',old.id,old.full,old.mail); insert into people_fts(rowid,full,mail) values(new.id,new.full,new.mail); end;

-- rows

insert into people(id,first,last,mail) values({id},{words},{words},'a@b.c');

-- work

insert into people(id,first,last,mail) values({new},{words},{words|null},{null|'x@y.z'});

update people set last={words} where id={id};

delete from people where id={id};

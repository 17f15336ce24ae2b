-- Tasks that are hidden by a date, and come back.
-- expected: equal
-- numbers: the index's

create table tasks(id text primary key, title text not null, notes text, deleted_at text);

create virtual table tasks_fts using fts5(id unindexed, title, notes);

create trigger t_i after insert on tasks when new.deleted_at is null begin insert into tasks_fts(id,title,notes) values(new.id,new.title,coalesce(new.notes,'')); end;

create trigger t_u after update on tasks begin delete from tasks_fts where id=old.id; insert into tasks_fts(id,title,notes) select new.id,new.title,coalesce(new.notes,'') where new.deleted_at is null; end;

create trigger t_d after delete on tasks begin delete from tasks_fts where id=old.id; end;

-- rows

insert into tasks values('t{id}',{words},{words|null},null);

-- work

insert into tasks values('t{new}',{words},{words|null},{null|'x'});

update tasks set deleted_at={null|'2024'} where id='t{id}';

update tasks set title={words} where id='t{id}';

delete from tasks where id='t{id}';

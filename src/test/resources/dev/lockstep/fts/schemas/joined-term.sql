-- What a trigger joins with a letter is one term with it.
-- expected: equal

create table tags(id integer primary key, name text, grp integer);

create virtual table tags_fts using fts5(name, extra);

create trigger e_i after insert on tags begin insert into tags_fts(rowid,name,extra) values(new.id,new.name,'g'||new.grp||'x'); end;

create trigger e_d after delete on tags begin delete from tags_fts where rowid=old.id; end;

create trigger e_u after update on tags begin update tags_fts set name=new.name, extra='g'||new.grp||'x' where rowid=old.id; end;

-- rows

insert into tags values({id},{words},{id});

-- work

insert into tags values({new},{words},{id});

update tags set grp={new} where id={id};

update tags set name={words} where id={id};

delete from tags where id={id};

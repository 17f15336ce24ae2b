-- A column that another trigger keeps from being changed.
-- expected: equal

create table d(id integer primary key, a text, b text);

create virtual table d_fts using fts5(a, b);

create trigger imm before update of a on d when old.a is not new.a begin select raise(abort,'a is immutable'); end;

create trigger e_i after insert on d begin insert into d_fts(rowid,a,b) values(new.id,new.a,new.b); end;

create trigger e_d after delete on d begin delete from d_fts where rowid=old.id; end;

create trigger e_u after update on d begin update d_fts set b=new.b where rowid=new.id; end;

-- rows

insert into d values({id},{words},{words});

-- work

insert into d values({new},{words},{words});

update d set b={words} where id={id};

update d set a={words} where id={id};

delete from d where id={id};

-- Keys of sixteen bytes, by which triggers find a row under its new name.
-- expected: equal
-- numbers: the index's

create table items(id blob primary key not null check(length(id)=16), name text not null collate nocase, descr text);

create virtual table items_fts using fts5(id unindexed, name, descr);

create trigger i_i after insert on items begin insert into items_fts(id,name,descr) values(new.id,new.name,new.descr); end;

create trigger i_u after update on items begin update items_fts set name=new.name, descr=new.descr where id=new.id; end;

create trigger i_d after delete on items begin delete from items_fts where id=old.id; end;

-- rows

insert into items values(cast(printf('%016d',{id}) as blob),{words},{words});

-- work

insert into items values(cast(printf('%016d',{new}) as blob),{words},{words});

update items set name={words} where id=cast(printf('%016d',{id}) as blob);

delete from items where id=cast(printf('%016d',{id}) as blob);

-- Mail by account and number, in a table without row numbers.
-- expected: equal
-- numbers: the index's

create table m(acct text not null, uid integer not null, subj text, body text, primary key(acct,uid)) without rowid;

create virtual table m_fts using fts5(acct unindexed, uid unindexed, subj, body);

create trigger e_i after insert on m begin insert into m_fts(acct,uid,subj,body) values(new.acct,new.uid,new.subj,new.body); end;

create trigger e_d after delete on m begin delete from m_fts where acct=old.acct and uid=old.uid; end;

create trigger e_u after update on m begin update m_fts set subj=new.subj, body=new.body where acct=new.acct and uid=new.uid; end;

-- rows

insert into m values('a{id}',{id},{words},{words});

-- work

insert into m values('a{id}',{new},{words},{words});

update m set subj={words} where uid={id};

delete from m where uid={id};

-- A library of references as in Zotero: what an item says stands in a table of fields, and the index has one row an item.
-- expected: refused, what belongs into item_fts

create table items (itemID integer primary key, itemTypeID int not null, dateModified text, key text not null unique);

create table itemDataValues (valueID integer primary key, value unique);

create table itemData (itemID int not null, fieldID int not null, valueID int not null, primary key (itemID, fieldID));

create virtual table item_fts using fts5(text);

create trigger itemData_insert after insert on itemData begin
  delete from item_fts where rowid = new.itemID;
  insert into item_fts (rowid, text) select new.itemID, group_concat(value, ' ') from itemData join itemDataValues using (valueID) where itemID = new.itemID;
end;

create trigger itemData_delete after delete on itemData begin
  delete from item_fts where rowid = old.itemID;
  insert into item_fts (rowid, text) select old.itemID, group_concat(value, ' ') from itemData join itemDataValues using (valueID) where itemID = old.itemID;
end;

-- rows

insert into items values ({id}, 1, null, 'k{id}');

insert into itemDataValues values ({id}, {words} || {id});

insert into itemData values ({id}, 1, {id});

-- work

delete from itemData where itemID = {id};

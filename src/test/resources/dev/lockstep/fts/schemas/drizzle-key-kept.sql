-- The same with a trigger that keeps the old key, which stays what it is.
-- expected: equal
-- numbers: the index's

CREATE TABLE `Post` (`id` text PRIMARY KEY NOT NULL, `title` text NOT NULL);

CREATE VIRTUAL TABLE `Post_fts` USING fts5(`id` UNINDEXED, `title`);

CREATE TRIGGER `Post_fts_insert` AFTER INSERT ON `Post` BEGIN INSERT INTO `Post_fts` (`id`, `title`) VALUES (NEW.`id`, NEW.`title`); END;

CREATE TRIGGER `Post_fts_update` AFTER UPDATE ON `Post` FOR EACH ROW BEGIN UPDATE `Post_fts` SET `title` = NEW.`title` WHERE `id` = OLD.`id`; END;

CREATE TRIGGER `Post_fts_delete` AFTER DELETE ON `Post` BEGIN DELETE FROM `Post_fts` WHERE `id` = OLD.`id`; END;

-- rows

INSERT INTO `Post` (`id`, `title`) VALUES ('c{id}', {words});

-- work

INSERT INTO Post VALUES ('c{new}', {words});

UPDATE Post SET title = {words} WHERE id = 'c{id}';

DELETE FROM Post WHERE id = 'c{id}';

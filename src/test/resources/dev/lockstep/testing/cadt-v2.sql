-- CADT's second data model, as far as search, sync and audit use it. Statements are separated by empty lines.
-- :projects, :units and :audit stand for how many rows those tables get.

CREATE TABLE `SequelizeMetaV2` (`name` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY)

CREATE TABLE `meta` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `meta_key` VARCHAR(255) UNIQUE, `meta_value` TEXT,
 `created_at` DATETIME DEFAULT CURRENT_TIMESTAMP, `updated_at` DATETIME DEFAULT CURRENT_TIMESTAMP)

CREATE TABLE `organizations` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `org_uid` VARCHAR(255) UNIQUE, `name` VARCHAR(255),
 `registry_id` VARCHAR(255), `registry_hash` VARCHAR(255), `subscribed` TINYINT(1) DEFAULT 0, `is_home` TINYINT(1) DEFAULT 0,
 `synced` TINYINT(1) NOT NULL DEFAULT 0, `sync_remaining` INTEGER DEFAULT 0, `created_at` DATETIME DEFAULT CURRENT_TIMESTAMP,
 `updated_at` DATETIME DEFAULT CURRENT_TIMESTAMP)

CREATE TABLE `project` (`cad_trust_project_id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `org_uid` VARCHAR(255),
 `project_registry_name` VARCHAR(255), `project_id` VARCHAR(255), `project_crediting_program` VARCHAR(255), `project_name` TEXT,
 `project_link` VARCHAR(1000), `project_description` TEXT, `project_sector` VARCHAR(255), `project_type` VARCHAR(255),
 `project_subtype` VARCHAR(255), `project_status` VARCHAR(255), `project_status_date` DATETIME, `project_unit_metric` VARCHAR(255),
 `cad_trust_reference_project_id` VARCHAR(255), `cad_trust_program_id` VARCHAR(255),
 `created_at` DATETIME DEFAULT CURRENT_TIMESTAMP, `updated_at` DATETIME DEFAULT CURRENT_TIMESTAMP)

CREATE TABLE `unit` (`cad_trust_unit_id` VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY, `org_uid` VARCHAR(255),
 `unit_serial_id` VARCHAR(255), `unit_start_block` VARCHAR(255), `unit_end_block` VARCHAR(255), `unit_count` INTEGER,
 `unit_type` VARCHAR(255), `unit_vintage_year` INTEGER, `unit_status` VARCHAR(255), `unit_status_reason` VARCHAR(255),
 `unit_status_date` DATETIME, `unit_retirement_detail` VARCHAR(255), `unit_retirement_beneficiary` VARCHAR(255),
 `unit_retirement_beneficiary_id` VARCHAR(255), `unit_link` VARCHAR(255), `unit_metric` VARCHAR(255),
 `unit_current_owner` VARCHAR(255), `unit_itmos_reference_id` VARCHAR(255), `marketplace` VARCHAR(255),
 `marketplace_link` VARCHAR(255), `marketplace_identifier` VARCHAR(255), `cad_trust_issuance_id` VARCHAR(255),
 `created_at` DATETIME DEFAULT CURRENT_TIMESTAMP, `updated_at` DATETIME DEFAULT CURRENT_TIMESTAMP)

CREATE TABLE `audit` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `org_uid` VARCHAR(255) NOT NULL, `registry_id` VARCHAR(255) NOT NULL,
 `root_hash` VARCHAR(255) NOT NULL, `type` VARCHAR(255) NOT NULL, `change` TEXT, `table` VARCHAR(255),
 `onchain_confirmation_time_stamp` VARCHAR(255) NOT NULL, `author` VARCHAR(255), `comment` VARCHAR(255), `generation` INTEGER,
 `created_at` DATETIME DEFAULT CURRENT_TIMESTAMP, `updated_at` DATETIME DEFAULT CURRENT_TIMESTAMP)

CREATE VIRTUAL TABLE projects_v2_fts USING fts5(
  cad_trust_project_id, org_uid, project_registry_name, project_id, project_crediting_program, project_name,
  project_link, project_description, project_sector, project_type, project_subtype, project_status,
  project_status_date, project_unit_metric, cad_trust_reference_project_id, cad_trust_program_id
)

CREATE VIRTUAL TABLE units_v2_fts USING fts5(
  cad_trust_unit_id, org_uid, unit_serial_id, unit_start_block, unit_end_block, unit_count, unit_type,
  unit_vintage_year, unit_status, unit_status_reason, unit_status_date, unit_retirement_detail,
  unit_retirement_beneficiary, unit_retirement_beneficiary_id, unit_link, unit_metric, unit_current_owner,
  unit_itmos_reference_id, marketplace, marketplace_link, marketplace_identifier, cad_trust_issuance_id
)

insert into meta (meta_key, meta_value, created_at, updated_at)
values ('userDeletedOrgs', '[]', '2025-09-01 08:00:00', '2025-09-01 08:00:00')

insert into organizations (org_uid, name, registry_id, registry_hash, subscribed, is_home, synced, created_at, updated_at)
select uid, 'Organisation ' || i, registry, hash, 1, i = 1, 1, '2025-09-01 08:00:00', '2025-09-01 08:00:00'
  from temp.org

insert into project
       (cad_trust_project_id, org_uid, project_registry_name, project_id, project_crediting_program, project_name, project_link,
        project_description, project_sector, project_type, project_status, project_status_date, project_unit_metric,
        cad_trust_program_id, created_at, updated_at)
select id, (select uid from temp.org where org.i = 1 + n.i % 10), 'Registry ' || (i % 5), printf('%05d', i), 'Program ' || (i % 17),
       (select group_concat(text, ' ') from temp.word where word.i between n.i * 31 % 2900 and n.i * 31 % 2900 + 5),
       'https://registry.example/projects/' || i,
       (select group_concat(text, ' ') from temp.word where word.i between n.i * 37 % 2900 and n.i * 37 % 2900 + 59),
       'Sector ' || (i % 15), 'Afforestation', iif(i % 9, 'Registered', 'Listed'), moment || '.000 +00:00', 'tCO2e',
       'program-' || (i % 17), moment, moment
  from temp.n
 where i <= :projects

insert into unit
       (cad_trust_unit_id, org_uid, unit_serial_id, unit_start_block, unit_end_block, unit_count, unit_type, unit_vintage_year,
        unit_status, unit_status_reason, unit_status_date, unit_retirement_detail, unit_link, unit_metric, unit_current_owner,
        marketplace, marketplace_link, marketplace_identifier, cad_trust_issuance_id, created_at, updated_at)
select 'u' || substr(n.id, 2), (select uid from temp.org where org.i = 1 + p.i % 10),
       printf('ABC%06d-XYZ%06d', n.i * 1000, n.i * 1000 + 999), 'ABC' || printf('%06d', n.i * 1000),
       'XYZ' || printf('%06d', n.i * 1000 + 999), 1000, iif(n.i % 3, 'Removal', 'Reduction - technical'), 2000 + n.i % 25,
       iif(n.i % 7, 'Held', 'Retired'), iif(n.i % 7, null, 'Zur Kompensation stillgelegt – für ' || (n.i % 50)),
       n.moment || '.000 +00:00',
       (select group_concat(text, ' ') from temp.word where word.i between n.i * 41 % 2900 and n.i * 41 % 2900 + 3),
       'https://registry.example/units/' || n.i, 'tCO2e', 'Owner ' || (n.i % 1301), 'Marketplace ' || (n.i % 6),
       'https://market.example/u/' || n.i, 'M-' || n.i, 'iss-' || p.id, n.moment, n.moment
  from temp.n
       join temp.n as p on p.i = 1 + n.i % :projects
 where n.i <= :units

-- Ten registries, five rows to a generation; every eleventh generation changed nothing.
insert into audit
       (org_uid, registry_id, root_hash, type, change, "table", onchain_confirmation_time_stamp, author, comment, generation, created_at,
        updated_at)
select uid, registry, printf('0x%064x', n.i), case when step = 0 then 'CREATE REGISTRY' when step / 5 % 11 = 0 then 'NO CHANGE'
       when n.i % 29 = 0 then 'DELETE' else 'INSERT' end,
       iif(step > 0 and step / 5 % 11, json_object('cad_trust_unit_id', 'u' || n.i, 'unit_current_owner', 'Owner ' || (n.i % 1301)), null),
       iif(step > 0 and step / 5 % 11, iif(n.i % 4, 'unit', 'project'), null), strftime('%s', n.moment), iif(step, '', null),
       iif(step, '', null), (step + 4) / 5, n.moment, n.moment
  from (select i, moment, (i - 1) / 10 as step from temp.n where i <= :audit) as n
       join temp.org on org.i = 1 + n.i % 10

insert into projects_v2_fts
       (cad_trust_project_id, org_uid, project_registry_name, project_id, project_crediting_program, project_name,
        project_link, project_description, project_sector, project_type, project_subtype, project_status,
        project_status_date, project_unit_metric, cad_trust_reference_project_id, cad_trust_program_id)
select cad_trust_project_id, org_uid, project_registry_name, project_id, project_crediting_program, project_name,
       project_link, project_description, project_sector, project_type, project_subtype, project_status,
       project_status_date, project_unit_metric, cad_trust_reference_project_id, cad_trust_program_id
  from project

insert into units_v2_fts
       (cad_trust_unit_id, org_uid, unit_serial_id, unit_start_block, unit_end_block, unit_count, unit_type,
        unit_vintage_year, unit_status, unit_status_reason, unit_status_date, unit_retirement_detail,
        unit_retirement_beneficiary, unit_retirement_beneficiary_id, unit_link, unit_metric, unit_current_owner,
        unit_itmos_reference_id, marketplace, marketplace_link, marketplace_identifier, cad_trust_issuance_id)
select cad_trust_unit_id, org_uid, unit_serial_id, unit_start_block, unit_end_block, unit_count, unit_type,
       unit_vintage_year, unit_status, unit_status_reason, unit_status_date, unit_retirement_detail,
       unit_retirement_beneficiary, unit_retirement_beneficiary_id, unit_link, unit_metric, unit_current_owner,
       unit_itmos_reference_id, marketplace, marketplace_link, marketplace_identifier, cad_trust_issuance_id
  from unit

-- An INSERT OR REPLACE without a rowid never replaces anything: each update leaves the row's old text behind.
CREATE TRIGGER project_v2_insert_fts AFTER INSERT ON project BEGIN
  INSERT INTO projects_v2_fts (
    cad_trust_project_id, org_uid, project_registry_name, project_id, project_crediting_program, project_name,
    project_link, project_description, project_sector, project_type, project_subtype, project_status,
    project_status_date, project_unit_metric, cad_trust_reference_project_id, cad_trust_program_id
  ) VALUES (
    new.cad_trust_project_id, new.org_uid, new.project_registry_name, new.project_id, new.project_crediting_program,
    new.project_name, new.project_link, new.project_description, new.project_sector, new.project_type,
    new.project_subtype, new.project_status, new.project_status_date, new.project_unit_metric,
    new.cad_trust_reference_project_id, new.cad_trust_program_id
  );
END

CREATE TRIGGER project_v2_delete_fts AFTER DELETE ON project BEGIN
  DELETE FROM projects_v2_fts WHERE cad_trust_project_id = old.cad_trust_project_id;
END

CREATE TRIGGER project_v2_update_fts AFTER UPDATE ON project BEGIN
  INSERT OR REPLACE INTO projects_v2_fts (
    cad_trust_project_id, org_uid, project_registry_name, project_id, project_crediting_program, project_name,
    project_link, project_description, project_sector, project_type, project_subtype, project_status,
    project_status_date, project_unit_metric, cad_trust_reference_project_id, cad_trust_program_id
  ) VALUES (
    new.cad_trust_project_id, new.org_uid, new.project_registry_name, new.project_id, new.project_crediting_program,
    new.project_name, new.project_link, new.project_description, new.project_sector, new.project_type,
    new.project_subtype, new.project_status, new.project_status_date, new.project_unit_metric,
    new.cad_trust_reference_project_id, new.cad_trust_program_id
  );
END

CREATE TRIGGER unit_v2_insert_fts AFTER INSERT ON unit BEGIN
  INSERT INTO units_v2_fts (
    cad_trust_unit_id, org_uid, unit_serial_id, unit_start_block, unit_end_block, unit_count, unit_type,
    unit_vintage_year, unit_status, unit_status_reason, unit_status_date, unit_retirement_detail,
    unit_retirement_beneficiary, unit_retirement_beneficiary_id, unit_link, unit_metric, unit_current_owner,
    unit_itmos_reference_id, marketplace, marketplace_link, marketplace_identifier, cad_trust_issuance_id
  ) VALUES (
    new.cad_trust_unit_id, new.org_uid, new.unit_serial_id, new.unit_start_block, new.unit_end_block, new.unit_count,
    new.unit_type, new.unit_vintage_year, new.unit_status, new.unit_status_reason, new.unit_status_date,
    new.unit_retirement_detail, new.unit_retirement_beneficiary, new.unit_retirement_beneficiary_id, new.unit_link,
    new.unit_metric, new.unit_current_owner, new.unit_itmos_reference_id, new.marketplace, new.marketplace_link,
    new.marketplace_identifier, new.cad_trust_issuance_id
  );
END

CREATE TRIGGER unit_v2_delete_fts AFTER DELETE ON unit BEGIN
  DELETE FROM units_v2_fts WHERE cad_trust_unit_id = old.cad_trust_unit_id;
END

CREATE TRIGGER unit_v2_update_fts AFTER UPDATE ON unit BEGIN
  INSERT OR REPLACE INTO units_v2_fts (
    cad_trust_unit_id, org_uid, unit_serial_id, unit_start_block, unit_end_block, unit_count, unit_type,
    unit_vintage_year, unit_status, unit_status_reason, unit_status_date, unit_retirement_detail,
    unit_retirement_beneficiary, unit_retirement_beneficiary_id, unit_link, unit_metric, unit_current_owner,
    unit_itmos_reference_id, marketplace, marketplace_link, marketplace_identifier, cad_trust_issuance_id
  ) VALUES (
    new.cad_trust_unit_id, new.org_uid, new.unit_serial_id, new.unit_start_block, new.unit_end_block, new.unit_count,
    new.unit_type, new.unit_vintage_year, new.unit_status, new.unit_status_reason, new.unit_status_date,
    new.unit_retirement_detail, new.unit_retirement_beneficiary, new.unit_retirement_beneficiary_id, new.unit_link,
    new.unit_metric, new.unit_current_owner, new.unit_itmos_reference_id, new.marketplace, new.marketplace_link,
    new.marketplace_identifier, new.cad_trust_issuance_id
  );
END

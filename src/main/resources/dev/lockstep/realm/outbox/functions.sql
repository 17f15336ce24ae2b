-- What a program calls in the transaction of its change, and what that does. Statements end with a semicolon at the end of a
-- line, outside of $$. Names in ${} are schemas. Those that are called with anybody's search path set their own; the others
-- run in that, and spare each call the setting.

-- As JavaScript's decodeURI: the escapes of characters that structure a URL stay. Null if an escape is none, or not UTF-8.
create or replace function ${lockstep}.lockstep_decoded(text text) returns text
    language plpgsql immutable strict as $$
declare
    rest    text := text;
    decoded text := '';
    escapes text;
    c       text;
begin
    while strpos(rest, '%') > 0 loop
        decoded := decoded || left(rest, strpos(rest, '%') - 1);
        rest := substr(rest, strpos(rest, '%'));
        escapes := substring(rest from '^(?:%[0-9A-Fa-f]{2})+');
        if escapes is null then
            return null;
        end if;
        rest := substr(rest, length(escapes) + 1);
        foreach c in array regexp_split_to_array(convert_from(decode(replace(escapes, '%', ''), 'hex'), 'UTF8'), '') loop
            decoded := decoded || case when strpos(';/?:@&=+$,#', c) > 0 then left(escapes, 3) else c end;
            escapes := substr(escapes, 3 * octet_length(convert_to(c, 'UTF8')) + 1);
        end loop;
    end loop;
    return decoded || rest;
exception
    when character_not_in_repertoire or untranslatable_character then
        return null;
end $$;

-- A URL as tables have it: what it cannot hold is percent-encoded.
create or replace function ${lockstep}.lockstep_encoded(url text) returns text
    language plpgsql immutable strict as $$
declare
    plain constant text := '^[]!$%&''()*+,./0-9:;=@A-Z[\\_a-z|~-]*$';
begin
    return case when url ~ plain then url
                else (select string_agg(
                                 case when c ~ plain then c
                                      else upper(regexp_replace(
                                                    encode(convert_to(c, 'UTF8'), 'hex'), '(..)', '%\1', 'g'))
                                 end, '' order by i)
                        from regexp_split_to_table(url, '') with ordinality as t (c, i))
           end;
end $$;

-- Whether it can only be a file that nobody imports.
create or replace function ${lockstep}.lockstep_is_data(path text) returns boolean
    language sql immutable strict as $$
    select path ~* '\.(json|md|txt|html|css|svg|png|jpg|jpeg|gif|webp|avif|ico|csv|xml|yaml|yml|pdf|map|wasm|woff|woff2|ttf|mp3|mp4|webm|zip)$'
$$;

-- Every file that a name may mean.
create or replace function ${lockstep}.lockstep_meanings(path text) returns text[]
    language plpgsql immutable strict as $$
begin
    if path ~ '\.(js|gjs|ts|gts)$' and path !~ '\.d\.ts$' or ${lockstep}.lockstep_is_data(path) then
        return array[path];
    end if;
    return array[path, path || '.js', path || '.gjs', path || '.ts', path || '.gts'];
end $$;

-- A realm's name as replicas compare it; null if no realm has it.
create or replace function ${lockstep}.lockstep_realm(realm text) returns text
    language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
declare
    head text := substring(realm from '^https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?:0|[1-9][0-9]{0,4}))?(?=/|$)');
    name text;
begin
    if realm ~ '^@[^/]' then
        head := '';
    elsif head is null or head ~ '^http://.*:80$' or head ~ '^https://.*:443$' then
        return null;
    end if;
    name := head || ${lockstep}.lockstep_decoded(substr(realm, length(head) + 1));
    if right(name, 1) <> '/' then
        name := name || '/';
    end if;
    return case when realm !~ '[[:space:][:cntrl:]?#\\]' and name !~ '[[:cntrl:]]' and strpos(name, '/:') = 0
                 and name !~* '/(\.|%2e){1,2}/' and octet_length(convert_to(name, 'UTF8')) <= 7997 then name end;
end $$;

-- A path in a realm as replicas spell it, or its whole URL; null if no file of a realm has it.
create or replace function ${lockstep}.lockstep_local(realm text, path text) returns text
    language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
declare
    local text := path;
begin
    if strpos(local, '://') > 0 then
        local := ${lockstep}.lockstep_decoded(local);
        if local is null or not starts_with(local, realm) then
            return null;
        end if;
        local := substr(local, length(realm) + 1);
    end if;
    if local ~ '[?#]' then
        return null;
    end if;
    if strpos(local, '%') > 0 then
        local := ${lockstep}.lockstep_decoded(${lockstep}.lockstep_decoded(local));
    end if;
    return case when local !~ '^/|/$|//|(^|/)\.{1,2}(/|$)|[[:cntrl:]\\]' and local not in ('', '*') then local end;
end $$;

-- Writes the outbox.
create or replace function ${lockstep}.lockstep_emit(realm text, paths text[], forgets boolean) returns void
    language plpgsql as $$
declare
    name   text := ${lockstep}.lockstep_realm(realm);
    path   text;
    locals text[];
begin
    if name is null then
        raise invalid_parameter_value using
            message = 'no realm has the URL ' || coalesce(to_json(left(regexp_replace(realm, '//[^/]*@', '//***@'), 200))::text, 'null'),
            hint = 'a realm URL is http://HOST[:PORT]/[PATH/] or https://..., as replicas spell it';
    end if;
    foreach path in array coalesce(paths, '{}') loop
        locals := locals || ${lockstep}.lockstep_local(name, path);
        if locals[cardinality(locals)] is null then
            raise invalid_parameter_value using
                message = 'no file of a realm has the path ' || coalesce(to_json(left(path, 200))::text, 'null'),
                hint = 'a path is relative to the realm: cards/person.gts';
        end if;
    end loop;
    if cardinality(locals) > 1 then
        locals := array(select distinct l from unnest(locals) as l order by l);
    end if;
    if paths is null or locals is not null then
        insert into ${lockstep}.lockstep_inval_outbox (channel, realm_url, paths, forgets)
        values ('realm_file_changes', name, locals, forgets);
    end if;
end $$;

-- A file has changed, or, without a path, any file of the realm may have. Names without escapes, leading dots and the ports
-- that go without saying are as replicas spell them; most are such, and need not be read.
create or replace function ${lockstep}.lockstep_invalidate(realm text, path text default null) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if realm ~ '^https?://[a-z0-9._-]+(:[1-9][0-9]{0,4})?/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*$'
       and path ~ '^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$'
       and strpos(realm, ':80/') = 0 and strpos(realm, ':443/') = 0 and length(realm) <= 7997 then
        insert into ${lockstep}.lockstep_inval_outbox (channel, realm_url, paths, forgets)
        values ('realm_file_changes', realm, array[path], true);
    else
        perform ${lockstep}.lockstep_emit(realm, case when path is not null then array[path] end, true);
    end if;
end $$;

-- These files have changed. None: nothing is done.
create or replace function ${lockstep}.lockstep_invalidate_many(realm text, paths text[]) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if paths is null then
        raise null_value_not_allowed using
            message = 'no list of paths',
            hint = 'lockstep_invalidate(realm) is for the whole realm';
    end if;
    perform ${lockstep}.lockstep_emit(realm, paths, true);
end $$;

-- The same for what replicas keep in memory alone; null: the whole realm.
create or replace function ${lockstep}.lockstep_broadcast(realm text, paths text[] default null) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform ${lockstep}.lockstep_emit(realm, paths, false);
end $$;

-- Artifacts with what they import.
create or replace function ${lockstep}.lockstep_imports(the_realm text)
    returns table (artifact text, imports jsonb)
    language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
        select canonical_path::text, dependency_keys
          from ${cache}.module_transpile_cache
         where realm_url = the_realm and body is not null and jsonb_typeof(dependency_keys) = 'array';
    if to_regclass('${cache}.lockstep_keyed_artifact') is not null
       and has_table_privilege('${cache}.lockstep_keyed_artifact', 'select') then
        return query
            select canonical_path, dependency_keys
              from ${cache}.lockstep_keyed_artifact
             where realm_url = the_realm and jsonb_typeof(dependency_keys) = 'array';
    end if;
end $$;

-- What imports any of these files, directly or by way of others, as local paths. A dependency key is a path relative to the
-- realm without executable extension, and decoded. Its plan is kept by the session, and where nothing imports anything, it is
-- not run.
create or replace function ${lockstep}.lockstep_importers(the_realm text, the_paths text[]) returns text[]
    language plpgsql stable as $$
declare
    keys    text[];
    imports text[];
    names   text[];
    prefix  constant int := length(${lockstep}.lockstep_encoded(the_realm));
    ends    constant text := '\.(js|gjs|ts|gts)$';
begin
    select array_agg(i.artifact), array_agg(regexp_replace(substr(i.artifact, prefix + 1), ends, '')),
           array_agg(${lockstep}.lockstep_encoded(d.key))
      into names, keys, imports
      from ${lockstep}.lockstep_imports(the_realm) as i
     cross join lateral jsonb_array_elements_text(i.imports) as d (key);
    if names is null then
        return null;
    end if;
    return (
        with recursive importer as materialized (
               select * from unnest(names, keys, imports) as i (artifact, key, imports)),
             changed (key) as (
               select regexp_replace(${lockstep}.lockstep_encoded(path), ends, '')
                 from unnest(the_paths) as path
                union
               select i.key
                 from changed c
                 join importer i on i.imports = c.key)
        select array_agg(distinct local)
          from changed c
          join importer i on i.imports = c.key
         cross join lateral ${lockstep}.lockstep_local(the_realm, i.artifact) as local
         where local is not null and local <> all (the_paths));
end $$;

-- Artifacts of a realm, whole if there are no paths. Who raises the floor waits for those that are at paths, so that nobody
-- captures the new floor before their change has committed; they do not wait for each other. A percent sign may be an
-- escape, or the file's own: both are meant.
create or replace function ${lockstep}.lockstep_forget_artifacts(the_realm text, the_paths text[]) returns void
    language plpgsql as $$
#variable_conflict use_variable
declare
    millis  constant bigint := extract(epoch from clock_timestamp()) * 1000;
    ready   constant boolean := exists (select from pg_attribute
                                         where attrelid = to_regclass('${cache}.module_transpile_cache')
                                           and attname = 'stamp' and not attisdropped)
                                and to_regclass('${cache}.lockstep_realm_floor') is not null;
    lowest  bigint := 0;
    highest bigint;
    mixed   boolean;
    path    text;
    name    text;
    files   text[];
begin
    foreach path in array coalesce(the_paths, '{}') loop
        foreach name in array ${lockstep}.lockstep_meanings(path) loop
            files := files || ${lockstep}.lockstep_encoded(the_realm || name);
            if strpos(name, '%') > 0 then
                files := files || ${lockstep}.lockstep_encoded(the_realm || replace(name, '%', '%25'));
            end if;
        end loop;
    end loop;
    if ready then
        insert into ${cache}.lockstep_realm_floor (realm_url) values (the_realm) on conflict do nothing;
    end if;
    if the_paths is not null then
        if ready then
            perform pg_advisory_xact_lock_shared(hashtext('lockstep|floor'), hashtext(the_realm));
            if current_setting('transaction_isolation') = 'read committed' then
                select floor into lowest from ${cache}.lockstep_realm_floor where realm_url = the_realm;
            else
                -- Its snapshot may be older than the floor; then this fails, and the transaction is run again.
                select floor into lowest from ${cache}.lockstep_realm_floor where realm_url = the_realm for share;
            end if;
            insert into ${cache}.module_transpile_cache as m (realm_url, canonical_path, generation, created_at)
            select the_realm, file, lowest + 1, millis
              from (select distinct unnest(files) as file) as wanted
             order by file
                on conflict (realm_url, canonical_path) do update
               set body = null, headers = null, dependency_keys = null, fingerprint = null, content = null, stamp = null,
                   generation = greatest(m.generation, excluded.generation - 1) + 1, created_at = excluded.created_at;
        else
            insert into ${cache}.module_transpile_cache as m (realm_url, canonical_path, generation, created_at)
            select the_realm, file, 1, millis
              from (select distinct unnest(files) as file) as wanted
             order by file
                on conflict (realm_url, canonical_path) do update
               set body = null, headers = null, dependency_keys = null,
                   generation = m.generation + 1, created_at = excluded.created_at;
        end if;
        return;
    end if;
    if ready then
        perform pg_advisory_xact_lock(hashtext('lockstep|floor'), hashtext(the_realm));
        perform from ${cache}.lockstep_realm_floor where realm_url = the_realm for update;
        select coalesce(max(generation), 0), coalesce(bool_or(headers is not null), false)
               or exists (select from pg_trigger
                           where tgrelid = '${cache}.module_transpile_cache'::regclass and tgname = 'lockstep_guard')
          into highest, mixed
          from ${cache}.module_transpile_cache
         where realm_url = the_realm;
        -- The source may be a row that changes with this commit: who captures the generation of a tombstone that a replica
        -- makes until then, with no lock on the floor, must not have captured the new floor. They can be a few at most.
        update ${cache}.lockstep_realm_floor
           set floor = greatest(floor, highest) + case when mixed then 1024 else 1 end
         where realm_url = the_realm
        returning floor into lowest;
        if mixed then
            update ${cache}.module_transpile_cache
               set body = null, headers = null, dependency_keys = null, fingerprint = null, content = null, stamp = null,
                   generation = greatest(generation + 1, lowest), created_at = millis
             where realm_url = the_realm;
        end if;
    else
        update ${cache}.module_transpile_cache
           set body = null, headers = null, dependency_keys = null, generation = generation + 1, created_at = millis
         where realm_url = the_realm;
    end if;
end $$;

-- Definitions of a realm, of all its modules if there are no paths; what is no longer true goes into the outbox.
create or replace function ${lockstep}.lockstep_forget_definitions(the_realm text, the_paths text[]) returns void
    language plpgsql as $$
#variable_conflict use_variable
declare
    extension constant text := '\.(js|gjs|ts|gts)$';
    names text[];
begin
    if the_paths is not null then
        with recursive module as (
               select ${lockstep}.lockstep_encoded(the_realm || path) as url
                 from unnest(the_paths) as path
                where not ${lockstep}.lockstep_is_data(path)),
             import as materialized (
               select m.url, m.file_alias, regexp_replace(m.url, extension, '') as alias,
                      regexp_replace(d.dep, extension, '') as imported
                 from ${definitions}.modules m
                cross join lateral jsonb_array_elements_text(
                                case jsonb_typeof(m.deps) when 'array' then m.deps else '[]' end) as d (dep)
                where m.resolved_realm_url = the_realm),
             changed (alias) as (
               select regexp_replace(url, extension, '') from module
                union
               select i.alias
                 from changed c
                 join import i on i.imported = c.alias),
             named as (
               select url as name from module
                union
               select unnest(${lockstep}.lockstep_meanings(regexp_replace(url, extension, ''))) from module
                union
               select i.url from changed c join import i on i.imported = c.alias
                union
               select i.file_alias from changed c join import i on i.imported = c.alias where i.file_alias is not null)
        select array_agg(name order by name) into names from named;
        if names is null then
            return;
        end if;
    end if;
    with doomed as (
           select url_hash, cache_scope, auth_user_id
             from ${definitions}.modules
            where resolved_realm_url = the_realm
              and (names is null or url = any (names) or file_alias = any (names))
            order by url_hash, cache_scope, auth_user_id
              for update)
    delete from ${definitions}.modules m
     using doomed d
     where (m.url_hash, m.cache_scope, m.auth_user_id) = (d.url_hash, d.cache_scope, d.auth_user_id);
    insert into ${lockstep}.lockstep_inval_outbox (channel, realm_url, paths, forgets)
    values ('module_cache_invalidated', the_realm, names, false);
end $$;

-- What this transaction has put into the outbox after a number, a realm in a row; the paths are null where it is whole.
create or replace function ${lockstep}.lockstep_changes(after bigint)
    returns table (realm text, paths text[])
    language sql stable as $$
    select o.realm_url,
           case when bool_and(o.paths is not null) then
                (select array_agg(distinct p order by p)
                   from ${lockstep}.lockstep_inval_outbox i, unnest(i.paths) as p
                  where i.xact = pg_current_xact_id() and i.n > after and i.forgets and i.realm_url = o.realm_url) end
      from ${lockstep}.lockstep_inval_outbox o
     where o.xact = pg_current_xact_id() and o.n > after and o.forgets
     group by o.realm_url
     order by o.realm_url collate "C"
$$;

-- Runs when the transaction commits, once for all that it has put into the outbox: what is locked is locked as shortly as
-- can be, and by everybody in one order: floor and artifacts of each realm, then definitions of each, then tokens of each.
create or replace function ${lockstep}.lockstep_forget() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
-- To compile a plan takes longer than it all does.
declare
    this   constant text := pg_current_xact_id()::text;
    marker constant text := coalesce(current_setting('lockstep.forgotten', true), '');
    after  constant bigint := case when split_part(marker, ' ', 1) = this then split_part(marker, ' ', 2) else '0' end;
    change record;
    importers text[];
begin
    if new.n <= after
       or to_regclass('${cache}.module_transpile_cache') is null and to_regclass('${definitions}.modules') is null
          and to_regclass('${generations}.realm_generations') is null then
        return null;
    end if;
    perform set_config('lockstep.forgotten', this || ' ' || max(n), true)
       from ${lockstep}.lockstep_inval_outbox
      where lockstep_inval_outbox.xact = pg_current_xact_id();
    if to_regclass('${cache}.module_transpile_cache') is not null then
        for change in select * from ${lockstep}.lockstep_changes(after) loop
            importers := null;
            if exists (select from unnest(change.paths) as p where not ${lockstep}.lockstep_is_data(p)) then
                importers := ${lockstep}.lockstep_importers(change.realm, change.paths);
            end if;
            perform ${lockstep}.lockstep_forget_artifacts(change.realm, change.paths || importers);
            if importers is not null then
                insert into ${lockstep}.lockstep_inval_outbox (channel, realm_url, paths, forgets)
                values ('realm_file_changes', change.realm, importers, false);
            end if;
        end loop;
    end if;
    if to_regclass('${definitions}.modules') is not null then
        for change in select * from ${lockstep}.lockstep_changes(after) loop
            perform ${lockstep}.lockstep_forget_definitions(change.realm, change.paths);
        end loop;
    end if;
    if exists (select from pg_attribute
                where attrelid = to_regclass('${generations}.realm_generations')
                  and attname = 'loader_epoch' and not attisdropped)
       and has_table_privilege('${generations}.realm_generations', 'insert')
       and has_table_privilege('${generations}.realm_generations', 'update') then
        insert into ${generations}.realm_generations as g (realm_url, current_generation, loader_epoch)
        select c.realm, 0, gen_random_uuid()
          from ${lockstep}.lockstep_changes(after) as c
         where c.paths is null
            or exists (select from unnest(c.paths) as p where not ${lockstep}.lockstep_is_data(p))
         order by c.realm collate "C"
            on conflict (realm_url) do update
           set loader_epoch = excluded.loader_epoch;
    end if;
    return null;
end $$;

-- Only those that a program calls are for others than the owner, to whom they are granted.
revoke all on function ${lockstep}.lockstep_emit(text, text[], boolean) from public;
revoke all on function ${lockstep}.lockstep_invalidate(text, text) from public;
revoke all on function ${lockstep}.lockstep_invalidate_many(text, text[]) from public;
revoke all on function ${lockstep}.lockstep_broadcast(text, text[]) from public;
revoke all on function ${lockstep}.lockstep_forget_artifacts(text, text[]) from public;
revoke all on function ${lockstep}.lockstep_forget_definitions(text, text[]) from public;
revoke all on function ${lockstep}.lockstep_imports(text) from public;
revoke all on function ${lockstep}.lockstep_importers(text, text[]) from public;
revoke all on function ${lockstep}.lockstep_changes(bigint) from public;
revoke all on function ${lockstep}.lockstep_forget() from public;

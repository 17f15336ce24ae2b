package dev.lockstep.testing;

/** The tables that Boxel brings along. */
public final class BoxelTables {
    public static final String MODULES = """
            create unlogged table modules (
                url                varchar not null,
                cache_scope        varchar not null,
                auth_user_id       varchar not null,
                resolved_realm_url varchar not null,
                definitions        jsonb,
                deps               jsonb,
                error_doc          jsonb,
                created_at         bigint,
                file_alias         text,
                url_hash           text generated always as (md5(url)) stored,
                diagnostics        jsonb,
                constraint modules_pkey primary key (url_hash, cache_scope, auth_user_id)
            )
            """;

    public static final String TRANSPILE_CACHE = """
            create unlogged table module_transpile_cache (
                realm_url       varchar not null,
                canonical_path  varchar not null,
                body            text,
                headers         jsonb,
                dependency_keys jsonb,
                generation      bigint not null default 0,
                created_at      bigint,
                constraint module_transpile_cache_pkey primary key (realm_url, canonical_path)
            )
            """;

    public static final String REGISTRY = """
            create table realm_registry (
                id                uuid primary key default gen_random_uuid(),
                url               varchar not null unique,
                kind              varchar not null default 'source',
                disk_id           varchar,
                owner_username    varchar,
                source_url        varchar,
                last_published_at bigint,
                pinned            boolean not null default false,
                created_at        timestamptz not null default now(),
                updated_at        timestamptz not null default now()
            )
            """;

    private BoxelTables() {}
}

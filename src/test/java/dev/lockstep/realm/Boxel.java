package dev.lockstep.realm;

import dev.lockstep.db.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.db.Environment;
import dev.lockstep.db.PgSession;
import dev.lockstep.db.PgTarget;
import dev.lockstep.testing.TestDatabase;

/** The tables that Boxel brings along, and how a test opens the database that holds them. */
final class Boxel {
    static final String MODULES = """
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

    static final String TRANSPILE_CACHE = """
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

    static final String REGISTRY = """
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

    private Boxel() {}

    static Databases databases(TestDatabase database) {
        return new Databases(new Environment(database.environment()));
    }

    static PgTarget target(TestDatabase database) {
        return PgTarget.resolve(null, PgTarget.Sources.of(new Environment(database.environment())));
    }

    static Db open(TestDatabase database) {
        return databases(database).postgres(target(database), PgSession.of("lockstep test", PgSession.Use.WRITE));
    }
}

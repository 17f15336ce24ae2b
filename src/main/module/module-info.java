/**
 * The engine of lockstep, for Java programs: what is exported, is meant for them, and its types speak of no others. The command
 * line stands on the class path beside it and is no part of it.
 */
@SuppressWarnings("requires-transitive-automatic")
module dev.lockstep {
    requires transitive java.sql;
    requires com.fasterxml.jackson.core;
    requires java.net.http;

    // Each is needed only where its engine is used.
    requires static org.mariadb.jdbc;
    requires static org.postgresql.jdbc;
    requires static org.tukaani.xz;
    requires static org.xerial.sqlitejdbc;

    exports dev.lockstep.api;
    exports dev.lockstep.audit;
    exports dev.lockstep.audit.index;
    exports dev.lockstep.audit.query;
    exports dev.lockstep.audit.write;
    exports dev.lockstep.db;
    exports dev.lockstep.db.libpq;
    exports dev.lockstep.db.listen;
    exports dev.lockstep.db.lock;
    exports dev.lockstep.db.mariadb;
    exports dev.lockstep.db.open;
    exports dev.lockstep.db.sqlite;
    exports dev.lockstep.fts.check;
    exports dev.lockstep.fts.content;
    exports dev.lockstep.fts.deferral;
    exports dev.lockstep.fts.ledger;
    exports dev.lockstep.fts.schema;
    exports dev.lockstep.fts.trial;
    exports dev.lockstep.journal;
    exports dev.lockstep.mirror.copy;
    exports dev.lockstep.mirror.engine;
    exports dev.lockstep.mirror.follow;
    exports dev.lockstep.mirror.plan;
    exports dev.lockstep.mirror.proof;
    exports dev.lockstep.mirror.repair;
    exports dev.lockstep.mirror.run;
    exports dev.lockstep.mirror.schema;
    exports dev.lockstep.mirror.source;
    exports dev.lockstep.mirror.verify;
    exports dev.lockstep.profile;
    exports dev.lockstep.realm;
    exports dev.lockstep.realm.invalidate;
    exports dev.lockstep.realm.lock;
    exports dev.lockstep.realm.log;
    exports dev.lockstep.realm.outbox;
    exports dev.lockstep.realm.publish;
    exports dev.lockstep.support;
    exports dev.lockstep.transpile;
    exports dev.lockstep.transpile.service;
}

/**
 * The engine of lockstep, for Java programs: what is exported is its front, and the errors of which that speaks. The command
 * line stands on the class path beside it and is no part of it.
 */
module dev.lockstep {
    requires transitive java.sql;
    requires com.fasterxml.jackson.core;
    requires java.net.http;

    // Each is needed only where its engine, or the relay, is used, or large artifacts are to be compressed.
    requires static com.github.luben.zstd_jni;
    requires static io.netty.buffer;
    requires static io.netty.codec;
    requires static io.netty.codec.http;
    requires static io.netty.common;
    requires static io.netty.handler;
    requires static io.netty.transport;
    requires static org.mariadb.jdbc;
    requires static org.postgresql.jdbc;
    requires static org.tukaani.xz;
    requires static org.xerial.sqlitejdbc;

    exports dev.lockstep.api;
    exports dev.lockstep.support;
}

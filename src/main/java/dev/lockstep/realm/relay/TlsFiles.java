package dev.lockstep.realm.relay;

import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * A server's certificate and its key, in PEM; read again when they have changed. While they do not fit together, what fitted last
 * is used. Any thread may ask.
 */
public final class TlsFiles {
    private final Path certificate;
    private final Path key;
    private final FileStamp stamp;
    private volatile SslContext context;

    private TlsFiles(Path certificate, Path key) {
        this.certificate = certificate;
        this.key = key;
        this.stamp = new FileStamp(List.of(certificate, key));
    }

    /**
     * Reads them.
     *
     * @param certificate the server's, and after it those that lead to a known one
     * @param key as PKCS#8, without a password
     * @throws LockstepException usage: they cannot be read, or do not fit together
     */
    public static TlsFiles of(Path certificate, Path key) {
        TlsFiles files = new TlsFiles(certificate, key);
        files.stamp.hasChanged();
        files.context = files.read();
        return files;
    }

    SslHandler handler(ByteBufAllocator allocator) {
        if (stamp.hasChanged()) {
            try {
                context = read();
            } catch (LockstepException e) {
                // One of the two is replaced already; the other's change is looked at again.
                return context.newHandler(allocator);
            }
        }
        return context.newHandler(allocator);
    }

    private SslContext read() {
        for (Path file : List.of(certificate, key)) {
            try {
                Files.readAllBytes(file);
            } catch (IOException e) {
                throw LockstepException.usage("cannot read " + file + ": " + FileError.reason(e), null);
            }
        }
        try {
            return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new LockstepException(
                    LockstepException.Kind.USAGE,
                    "bad-certificate",
                    "no certificate and its key: " + certificate + ", " + key,
                    "both are PEM: the certificate with its chain, and its key as PKCS#8 without a password",
                    e);
        }
    }
}

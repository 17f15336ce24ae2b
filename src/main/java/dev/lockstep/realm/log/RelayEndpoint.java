package dev.lockstep.realm.log;

import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import dev.lockstep.support.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A relay, or whatever spreads subscriptions over several.
 *
 * @param url of its stream: {@code https://relay.example:8443/events}
 * @param realms whose changes are wanted; empty: all
 * @param tokenFile holds the bearer token in its first line, and is read for each connection; none: none is shown
 * @param authorities certificates in PEM, of whom the relay's must be; none: those that Java trusts
 */
public record RelayEndpoint(URI url, Set<RealmUrl> realms, Optional<Path> tokenFile, Optional<Path> authorities) {
    /** @throws LockstepException usage: it is no http or https URL of a host */
    public RelayEndpoint {
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web || url.getHost() == null) {
            throw LockstepException.usage("no relay's URL: " + url, "as in https://relay.example:8443/events");
        }
        realms = Set.copyOf(realms);
    }

    /** One that wants all, and shows no token. */
    public static RelayEndpoint of(URI url) {
        return new RelayEndpoint(url, Set.of(), Optional.empty(), Optional.empty());
    }

    public RelayEndpoint withRealms(Set<RealmUrl> wanted) {
        return new RelayEndpoint(url, wanted, tokenFile, authorities);
    }

    public RelayEndpoint withTokenFile(Path file) {
        return new RelayEndpoint(url, realms, Optional.of(file), authorities);
    }

    public RelayEndpoint withAuthorities(Path pem) {
        return new RelayEndpoint(url, realms, tokenFile, Optional.of(pem));
    }

    /** The stream of what is wanted. */
    URI stream() {
        StringBuilder text = new StringBuilder(url.toString());
        String separator = url.getRawQuery() == null ? "?" : "&";
        for (RealmUrl realm : realms) {
            text.append(separator).append("realm=").append(PercentEncoding.encode(realm.value()));
            separator = "&";
        }
        return URI.create(text.toString());
    }

    Optional<Secret> token() {
        return tokenFile.map(file -> {
            try {
                return Files.readAllLines(file).stream()
                        .filter(line -> !line.isBlank())
                        .findFirst()
                        .map(line -> Secret.of(line.strip()))
                        .orElseThrow(() -> LockstepException.usage("there is no token in " + file, null));
            } catch (IOException e) {
                throw LockstepException.usage("cannot read the token in " + file + ": " + FileError.reason(e), null);
            }
        });
    }

    Optional<SSLContext> tls() {
        return authorities.map(file -> {
            try (InputStream pem = Files.newInputStream(file)) {
                KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
                trusted.load(null, null);
                for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                    trusted.setCertificateEntry("authority " + trusted.size(), one);
                }
                TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(trusted);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, trust.getTrustManagers(), null);
                return context;
            } catch (IOException e) {
                throw LockstepException.usage("cannot read " + file + ": " + FileError.reason(e), null);
            } catch (GeneralSecurityException e) {
                throw LockstepException.usage("no certificates in PEM: " + file, null);
            }
        });
    }
}

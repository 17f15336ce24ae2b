package dev.lockstep.db.postgres;

import dev.lockstep.db.libpq.Parameter;
import dev.lockstep.db.libpq.ParameterSet;
import dev.lockstep.db.libpq.PasswordFile;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.crypto.BadPaddingException;

/**
 * TLS as libpq does it: the same modes, the same files under {@code ~/.postgresql}, and {@code require} checks the
 * certificate as soon as there is a root certificate to check it with.
 */
final class Tls {
    /** Names the certificates that come with the platform, instead of a file. */
    private static final String SYSTEM = "system";

    private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    private final ParameterSet parameters;
    private final Path folder;

    Tls(ParameterSet parameters, Path home) {
        this.parameters = parameters;
        this.folder = home.resolve(".postgresql");
    }

    /** @throws LockstepException usage: the mode needs a root certificate, and there is none */
    void addTo(Properties properties) {
        boolean system = parameters.text(Parameter.SSLROOTCERT).equals(Optional.of(SYSTEM));
        String mode = mode(system);
        properties.setProperty("sslmode", mode);
        if (mode.equals("disable")) {
            return;
        }
        String versions = versions();
        boolean nameless = parameters.text(Parameter.SSLSNI).equals(Optional.of("0"));
        if (versions != null || nameless || hasKeyAsText()) {
            ours(
                    properties,
                    system
                            ? ""
                            : mode.startsWith("verify") ? rootCertificate(mode).toString() : null);
            if (versions != null) {
                properties.setProperty(TlsSockets.VERSIONS, versions);
            }
            if (nameless) {
                properties.setProperty(TlsSockets.NO_SERVER_NAME, "");
            }
            return;
        }
        if (system) {
            properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
            return;
        }
        if (mode.startsWith("verify")) {
            properties.setProperty("sslrootcert", rootCertificate(mode).toString());
        }
        clientCertificate(properties);
    }

    /** Null if they are the usual ones. */
    private String versions() {
        int from = version(Parameter.SSL_MIN_PROTOCOL_VERSION, VERSIONS.indexOf("TLSv1.2"));
        int to = version(Parameter.SSL_MAX_PROTOCOL_VERSION, VERSIONS.size() - 1);
        if (to < from) {
            throw parameters.bad(Parameter.SSL_MAX_PROTOCOL_VERSION, "is older than the oldest version that is taken");
        }
        boolean usual = from <= VERSIONS.indexOf("TLSv1.2") && to == VERSIONS.size() - 1;
        return usual ? null : String.join(",", VERSIONS.subList(from, to + 1));
    }

    private int version(Parameter parameter, int usual) {
        return parameters
                .text(parameter)
                .filter(text -> !text.isEmpty())
                .map(VERSIONS::indexOf)
                .orElse(usual);
    }

    private boolean hasKeyAsText() {
        boolean none = parameters.text(Parameter.SSLCERTMODE).equals(Optional.of("disable"));
        return !none && key().filter(ClientKey::isText).isPresent();
    }

    /** @param root as {@link TlsSockets#ROOT} */
    private void ours(Properties properties, String root) {
        properties.setProperty("sslfactory", TlsSockets.class.getName());
        if (root != null) {
            properties.setProperty(TlsSockets.ROOT, root);
        }
        boolean none = parameters.text(Parameter.SSLCERTMODE).equals(Optional.of("disable"));
        Optional<Path> certificate = file(Parameter.SSLCERT).or(() -> ours("postgresql.crt"));
        if (none || certificate.isEmpty() || key().isEmpty()) {
            return;
        }
        Path key = key().get();
        checkMode(key);
        checkCertificates(certificate.get());
        Optional<String> password = parameters.text(Parameter.SSLPASSWORD);
        try {
            ClientKey.read(key, password.orElse(null));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            boolean wrong = password.isPresent() && e instanceof BadPaddingException;
            throw LockstepException.usage(
                    "cannot read the private key " + key + ": "
                            + (wrong ? "sslpassword is another one" : e.getMessage()),
                    password.isPresent() ? null : "give its password in PGSSLPASSWORD, or as sslpassword of a service");
        }
        properties.setProperty(TlsSockets.KEY, key.toString());
        properties.setProperty(TlsSockets.CERTIFICATE, certificate.get().toString());
        password.ifPresent(text -> properties.setProperty(TlsSockets.PASSWORD, text));
    }

    private String mode(boolean system) {
        boolean required = parameters.text(Parameter.REQUIRESSL).equals(Optional.of("1"));
        String mode =
                parameters.text(Parameter.SSLMODE).orElse(system ? "verify-full" : required ? "require" : "prefer");
        if (system && !mode.equals("verify-full")) {
            throw parameters.bad(Parameter.SSLMODE, "must be verify-full with sslrootcert=system");
        }
        return mode.equals("require") && !system && Files.exists(rootFile()) ? "verify-ca" : mode;
    }

    private Path rootFile() {
        return file(Parameter.SSLROOTCERT).orElseGet(() -> folder.resolve("root.crt"));
    }

    private Path rootCertificate(String mode) {
        Path file = rootFile();
        if (!Files.isReadable(file)) {
            throw LockstepException.usage(
                    "sslmode " + mode + " needs a root certificate, and " + file + " is not there",
                    "sslrootcert=FILE, sslrootcert=system for those of the platform, or another sslmode");
        }
        checkCertificates(file);
        return file;
    }

    /** The driver would say so in the words of Java's classes. */
    private static void checkCertificates(Path file) {
        try {
            if (!TlsSockets.certificates(file.toString()).isEmpty()) {
                return;
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new LockstepException(
                    LockstepException.Kind.USAGE,
                    "usage",
                    "cannot read the certificates in " + file,
                    "they are in PEM form, between BEGIN CERTIFICATE and END CERTIFICATE",
                    e);
        }
        throw LockstepException.usage("there is no certificate in " + file, null);
    }

    /** Without a certificate the properties are set to nothing: the driver would look in the JVM's idea of home. */
    private void clientCertificate(Properties properties) {
        boolean none = parameters.text(Parameter.SSLCERTMODE).equals(Optional.of("disable"));
        Optional<Path> key = none ? Optional.empty() : key();
        Optional<Path> certificate =
                none ? Optional.empty() : file(Parameter.SSLCERT).or(() -> ours("postgresql.crt"));
        certificate.filter(Files::exists).ifPresent(Tls::checkCertificates);
        properties.setProperty("sslkey", key.map(Path::toString).orElse(""));
        properties.setProperty("sslcert", certificate.map(Path::toString).orElse(""));
        if (key.isPresent()) {
            checkMode(key.get());
            parameters.text(Parameter.SSLPASSWORD).ifPresent(text -> properties.setProperty("sslpassword", text));
        }
    }

    private Optional<Path> key() {
        return file(Parameter.SSLKEY).or(() -> ours("postgresql.key")).or(() -> ours("postgresql.pk8"));
    }

    /** As libpq: a key is its owner's secret, but one of root's may be read by a group. */
    private static void checkMode(Path key) {
        try {
            if (Files.exists(key)) {
                Set<PosixFilePermission> allowed = EnumSet.copyOf(PasswordFile.OWNERS);
                if (Files.getOwner(key).getName().equals("root")) {
                    allowed.add(PosixFilePermission.GROUP_READ);
                }
                if (!allowed.containsAll(Files.getPosixFilePermissions(key))) {
                    throw LockstepException.refused("others may read the private key " + key, "chmod 600 " + key);
                }
            }
        } catch (IOException e) {
            throw LockstepException.usage("cannot read the private key " + key, null);
        }
    }

    private Optional<Path> file(Parameter parameter) {
        return parameters.text(parameter).map(Path::of);
    }

    private Optional<Path> ours(String name) {
        return Optional.of(folder.resolve(name)).filter(Files::exists);
    }
}

package dev.lockstep.db;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * TLS as libpq does it: the same modes, the same files under {@code ~/.postgresql}, and {@code require} checks the
 * certificate as soon as there is a root certificate to check it with.
 */
final class PgEncryption {
    /** Names the certificates that come with the platform, instead of a file. */
    private static final String SYSTEM = "system";

    private final PgSettings settings;
    private final Path folder;

    PgEncryption(PgSettings settings, Path home) {
        this.settings = settings;
        this.folder = home.resolve(".postgresql");
    }

    /** @throws Trouble usage: the mode needs a root certificate, and there is none */
    void addTo(Properties properties) {
        boolean system = settings.text(PgParameter.SSLROOTCERT).equals(Optional.of(SYSTEM));
        String mode = mode(system);
        properties.setProperty("sslmode", mode);
        if (mode.equals("disable")) {
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

    private String mode(boolean system) {
        boolean required = settings.text(PgParameter.REQUIRESSL).equals(Optional.of("1"));
        String mode =
                settings.text(PgParameter.SSLMODE).orElse(system ? "verify-full" : required ? "require" : "prefer");
        if (system && !mode.equals("verify-full")) {
            throw settings.bad(PgParameter.SSLMODE, "must be verify-full with sslrootcert=system");
        }
        return mode.equals("require") && !system && Files.exists(rootFile()) ? "verify-ca" : mode;
    }

    private Path rootFile() {
        return file(PgParameter.SSLROOTCERT).orElseGet(() -> folder.resolve("root.crt"));
    }

    private Path rootCertificate(String mode) {
        Path file = rootFile();
        if (!Files.isReadable(file)) {
            throw Trouble.usage(
                    "sslmode " + mode + " needs a root certificate, and " + file + " is not there",
                    "sslrootcert=FILE, sslrootcert=system for those of the platform, or another sslmode");
        }
        return file;
    }

    /** Without a certificate the properties are set to nothing: the driver would look in the JVM's idea of home. */
    private void clientCertificate(Properties properties) {
        boolean none = settings.text(PgParameter.SSLCERTMODE).equals(Optional.of("disable"));
        Optional<Path> key =
                file(PgParameter.SSLKEY).or(() -> ours("postgresql.key")).or(() -> ours("postgresql.pk8"));
        Optional<Path> certificate = file(PgParameter.SSLCERT).or(() -> ours("postgresql.crt"));
        properties.setProperty("sslkey", none ? "" : key.map(Path::toString).orElse(""));
        properties.setProperty(
                "sslcert", none ? "" : certificate.map(Path::toString).orElse(""));
        settings.text(PgParameter.SSLPASSWORD).ifPresent(password -> properties.setProperty("sslpassword", password));
    }

    private Optional<Path> file(PgParameter parameter) {
        return settings.text(parameter).map(Path::of);
    }

    private Optional<Path> ours(String name) {
        return Optional.of(folder.resolve(name)).filter(Files::exists);
    }
}

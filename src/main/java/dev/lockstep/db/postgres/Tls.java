package dev.lockstep.db.postgres;

import dev.lockstep.db.libpq.Parameter;
import dev.lockstep.db.libpq.ParameterSet;
import dev.lockstep.db.libpq.PasswordFile;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * TLS as libpq does it: the same modes, the same files under {@code ~/.postgresql}, and {@code require} checks the
 * certificate as soon as there is a root certificate to check it with.
 */
final class Tls {
    /** Names the certificates that come with the platform, instead of a file. */
    private static final String SYSTEM = "system";

    /** PKCS #8, not encrypted: the only text form that the driver reads. */
    private static final String PEM_KEY = "-----BEGIN PRIVATE KEY-----";

    /** 1.2.840.10045.2.1, as it stands in a key. */
    private static final String EC_PUBLIC_KEY = "\u0006\u0007*\u0086H\u00ce=\u0002\u0001";

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
        return file;
    }

    /** Without a certificate the properties are set to nothing: the driver would look in the JVM's idea of home. */
    private void clientCertificate(Properties properties) {
        boolean none = parameters.text(Parameter.SSLCERTMODE).equals(Optional.of("disable"));
        Optional<Path> key = none ? Optional.empty() : key();
        Optional<Path> certificate =
                none ? Optional.empty() : file(Parameter.SSLCERT).or(() -> ours("postgresql.crt"));
        properties.setProperty("sslkey", key.map(Path::toString).orElse(""));
        properties.setProperty("sslcert", certificate.map(Path::toString).orElse(""));
        if (key.isPresent()) {
            checkMode(key.get());
            properties.setProperty("pemKeyAlgorithm", isElliptic(key.get()) ? "EC" : "RSA");
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

    /** The driver wants to be told; the answer stands in the key, as the identifier of its algorithm. */
    private static boolean isElliptic(Path key) {
        String pem = text(key);
        int start = pem.indexOf(PEM_KEY);
        int end = pem.indexOf("-----END", Math.max(start, 0));
        if (start < 0 || end < 0) {
            return false;
        }
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(start + PEM_KEY.length(), end));
        return new String(der, StandardCharsets.ISO_8859_1).contains(EC_PUBLIC_KEY);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** What the driver cannot use about the key, for somebody whose TLS failed. */
    Optional<String> keyProblem() {
        boolean otherPem = key().map(Tls::text)
                .filter(pem -> pem.contains("-----BEGIN") && !pem.contains(PEM_KEY))
                .isPresent();
        return otherPem
                ? Optional.of("openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY8 makes a key that Java reads")
                : Optional.empty();
    }

    private Optional<Path> file(Parameter parameter) {
        return parameters.text(parameter).map(Path::of);
    }

    private Optional<Path> ours(String name) {
        return Optional.of(folder.resolve(name)).filter(Files::exists);
    }
}

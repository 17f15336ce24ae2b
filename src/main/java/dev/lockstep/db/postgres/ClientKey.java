package dev.lockstep.db.postgres;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A private key as text, in each of the forms that OpenSSL writes and so libpq reads: PKCS #8, plain or encrypted, and the
 * older ones of RSA and elliptic curves (RFC 8017, RFC 5915), plain or encrypted as RFC 1421 has it.
 */
final class ClientKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    private static final Pattern ENCRYPTED =
            Pattern.compile("DEK-Info: (AES-(128|192|256)-CBC|DES-EDE3-CBC),([0-9A-Fa-f]+)");

    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "DSA");

    /** The algorithm of an RSA key in PKCS #8: its identifier, and no parameters. */
    private static final String RSA = "300d06092a864886f70d0101010500";

    /** That of a key on an elliptic curve, which follows. */
    private static final String CURVE = "06072a8648ce3d0201";

    private static final String VERSION = "020100";
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 4;
    private static final int PARAMETERS = 0xa0;

    private ClientKey() {}

    /** Whether it is a text; the driver reads what is none. */
    static boolean isText(Path file) {
        return block(file).isPresent();
    }

    /**
     * Reads the key.
     *
     * @param password null if there is none
     * @throws GeneralSecurityException it is no such key, or encrypted with another password
     */
    static PrivateKey read(Path file, String password) throws GeneralSecurityException {
        Matcher block = block(file).orElseThrow(() -> new InvalidKeySpecException("no private key in it"));
        String body = block.group(2);
        Matcher encrypted = ENCRYPTED.matcher(body);
        boolean isEncrypted = body.contains("ENCRYPTED") || block.group(1).startsWith("ENCRYPTED");
        if (isEncrypted && password == null) {
            throw new InvalidKeySpecException("it is encrypted, and there is no sslpassword");
        }
        byte[] der = Base64.getMimeDecoder().decode(body.replaceAll("(?m)^[\\w-]+: .*$", ""));
        if (encrypted.find()) {
            der = decrypted(der, encrypted, password);
        } else if (body.contains("ENCRYPTED")) {
            throw new InvalidKeySpecException("it is encrypted in a way that is not known here");
        }
        return switch (block.group(1)) {
            case "ENCRYPTED PRIVATE KEY" -> key(decrypted(der, password));
            case "RSA PRIVATE KEY" -> key(der(SEQUENCE, bytes(VERSION), bytes(RSA), der(OCTETS, der)));
            case "EC PRIVATE KEY" ->
                key(der(SEQUENCE, bytes(VERSION), der(SEQUENCE, bytes(CURVE), curve(der)), der(OCTETS, der)));
            default -> key(der);
        };
    }

    private static Optional<Matcher> block(Path file) {
        try {
            Matcher block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            return block.find() ? Optional.of(block) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        InvalidKeySpecException failure = new InvalidKeySpecException("no key of a kind that is known here");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    private static byte[] decrypted(byte[] pkcs8, String password) throws GeneralSecurityException {
        try {
            EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(pkcs8);
            // The parameters name the whole scheme, where its own name is only PBES2.
            String scheme = encrypted.getAlgName().startsWith("PBEWith")
                    ? encrypted.getAlgName()
                    : encrypted.getAlgParameters().toString();
            var key = SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec(password.toCharArray()));
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(Cipher.DECRYPT_MODE, key, encrypted.getAlgParameters());
            return cipher.doFinal(encrypted.getEncryptedData());
        } catch (IOException e) {
            throw new InvalidKeySpecException(
                    "its encryption is not known here; 'openssl pkcs8 -topk8 -v2 aes-256-cbc' makes one that is", e);
        }
    }

    /** OpenSSL makes the key of a password by MD5, salted with the first bytes of the initialization vector. */
    private static byte[] decrypted(byte[] data, Matcher encrypted, String password) throws GeneralSecurityException {
        byte[] vector = HexFormat.of().parseHex(encrypted.group(3));
        boolean aes = encrypted.group(1).startsWith("AES");
        byte[] key = new byte[aes ? Integer.parseInt(encrypted.group(2)) / 8 : 24];
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        byte[] digest = {};
        for (int made = 0; made < key.length; made += digest.length) {
            md5.update(digest);
            md5.update(password.getBytes(StandardCharsets.UTF_8));
            digest = md5.digest(Arrays.copyOf(vector, 8));
            System.arraycopy(digest, 0, key, made, Math.min(digest.length, key.length - made));
        }
        Cipher cipher = Cipher.getInstance(aes ? "AES/CBC/PKCS5Padding" : "DESede/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, aes ? "AES" : "DESede"), new IvParameterSpec(vector));
        return cipher.doFinal(data);
    }

    /** The curve's identifier, which the older form has among its optional parts. */
    private static byte[] curve(byte[] der) throws InvalidKeySpecException {
        int at = start(der, 0);
        while (at < der.length) {
            int start = start(der, at);
            int end = start + length(der, at);
            if ((der[at] & 0xff) == PARAMETERS) {
                return Arrays.copyOfRange(der, start, end);
            }
            at = end;
        }
        throw new InvalidKeySpecException("the key does not say on which curve it is");
    }

    private static int start(byte[] der, int at) {
        return at + 2 + (der[at + 1] < 0 ? der[at + 1] & 0x7f : 0);
    }

    private static int length(byte[] der, int at) {
        if (der[at + 1] >= 0) {
            return der[at + 1];
        }
        int length = 0;
        for (int i = at + 2; i < start(der, at); i++) {
            length = (length << 8) | (der[i] & 0xff);
        }
        return length;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (length < 0x80) {
            whole.write(length);
        } else if (length < 0x100) {
            whole.writeBytes(new byte[] {(byte) 0x81, (byte) length});
        } else {
            whole.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}

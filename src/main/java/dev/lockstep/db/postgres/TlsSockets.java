package dev.lockstep.db.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;

/** TLS where the driver's own does not do what was asked for: other forms of keys, limits of the version, no server name. */
public final class TlsSockets extends SSLSocketFactory {
    static final String KEY = "lockstep.tls.key";
    static final String PASSWORD = "lockstep.tls.password";
    static final String CERTIFICATE = "lockstep.tls.certificate";
    /** A file, or nothing for the certificates of the platform; without it whoever answers is believed. */
    static final String ROOT = "lockstep.tls.root";

    /** Separated by commas. */
    static final String VERSIONS = "lockstep.tls.versions";

    static final String NO_SERVER_NAME = "lockstep.tls.no_server_name";

    private final Properties properties;
    private final SSLSocketFactory sockets;

    /** @param properties those of the connection */
    public TlsSockets(Properties properties) throws GeneralSecurityException, IOException {
        this.properties = properties;
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys(), trust(), null);
        this.sockets = context.getSocketFactory();
    }

    private KeyManager[] keys() throws GeneralSecurityException, IOException {
        String key = properties.getProperty(KEY);
        if (key == null) {
            return new KeyManager[0];
        }
        Collection<? extends Certificate> chain = certificates(properties.getProperty(CERTIFICATE));
        return new KeyManager[] {
            new OneKey(
                    ClientKey.read(Path.of(key), properties.getProperty(PASSWORD)),
                    chain.toArray(new X509Certificate[0]))
        };
    }

    private TrustManager[] trust() throws GeneralSecurityException, IOException {
        String root = properties.getProperty(ROOT);
        if (root == null) {
            return new TrustManager[] {new Anybody()};
        }
        KeyStore roots = null;
        if (!root.isEmpty()) {
            roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            for (Certificate certificate : certificates(root)) {
                roots.setCertificateEntry("root " + roots.size(), certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(roots);
        return factory.getTrustManagers();
    }

    static Collection<? extends Certificate> certificates(String file) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException {
        return limited(sockets.createSocket(plain, host, port, autoClose));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return limited(sockets.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return limited(sockets.createSocket(host, port, local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return limited(sockets.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return limited(sockets.createSocket(host, port, local, localPort));
    }

    private Socket limited(Socket socket) {
        SSLSocket encrypted = (SSLSocket) socket;
        SSLParameters parameters = encrypted.getSSLParameters();
        String versions = properties.getProperty(VERSIONS);
        if (versions != null) {
            parameters.setProtocols(versions.split(","));
        }
        if (properties.containsKey(NO_SERVER_NAME)) {
            parameters.setServerNames(List.of());
        }
        encrypted.setSSLParameters(parameters);
        return encrypted;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return sockets.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return sockets.getSupportedCipherSuites();
    }

    /** As in libpq, the certificate is shown whichever authorities the server names. */
    private static final class OneKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "user";

        private final PrivateKey key;
        private final X509Certificate[] chain;

        OneKey(PrivateKey key, X509Certificate[] chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return Arrays.asList(types).contains(chain[0].getPublicKey().getAlgorithm()) ? ALIAS : null;
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    /** What sslmode require means without a root certificate: encrypted, by whomever. */
    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

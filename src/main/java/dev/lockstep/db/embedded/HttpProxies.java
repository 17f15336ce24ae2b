package dev.lockstep.db.embedded;

import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The proxies that curl and others take from the environment: {@code https_proxy}, {@code HTTPS_PROXY}, {@code http_proxy},
 * {@code all_proxy}, {@code ALL_PROXY}, and {@code no_proxy} for the hosts that are reached without. Where none is named, those of
 * the JVM's own properties.
 */
final class HttpProxies extends ProxySelector {
    private static final int DEFAULT_PORT = 1080;
    private static final String SEPARATOR = "[, ]+";

    private final Environment environment;

    private HttpProxies(Environment environment) {
        this.environment = environment;
    }

    static ProxySelector of(Environment environment) {
        return new HttpProxies(environment);
    }

    @Override
    public List<Proxy> select(URI uri) {
        Optional<Variable> proxy =
                first(uri.getScheme().equals("https") ? List.of("https_proxy", "HTTPS_PROXY") : List.of("http_proxy"));
        if (proxy.isEmpty()) {
            proxy = first(List.of("all_proxy", "ALL_PROXY"));
        }
        if (proxy.isEmpty()) {
            return Optional.ofNullable(ProxySelector.getDefault())
                    .map(byProperties -> byProperties.select(uri))
                    .orElse(List.of(Proxy.NO_PROXY));
        }
        return List.of(isExcepted(uri.getHost()) ? Proxy.NO_PROXY : proxy.get().proxy());
    }

    private record Variable(String name, String value) {
        Proxy proxy() {
            String url = value.contains("://") ? value : "http://" + value;
            try {
                URI uri = URI.create(url);
                if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
                    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
                    return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(uri.getHost(), port));
                }
            } catch (IllegalArgumentException e) {
                // Said below, without the value, in which there may be a password.
            }
            throw LockstepException.usage(
                    name + " is not the URL of an HTTP proxy", "set it to http://HOST:PORT, or unset it");
        }
    }

    private Optional<Variable> first(List<String> names) {
        return names.stream()
                .flatMap(name -> environment.get(name).map(value -> new Variable(name, value)).stream())
                .findFirst();
    }

    private boolean isExcepted(String host) {
        String excepted = environment
                .get("no_proxy")
                .or(() -> environment.get("NO_PROXY"))
                .orElse("");
        for (String one : excepted.toLowerCase(Locale.ROOT).split(SEPARATOR, -1)) {
            String domain = one.startsWith(".") ? one.substring(1) : one;
            String name = host.toLowerCase(Locale.ROOT);
            if (one.equals("*") || (!domain.isEmpty() && (name.equals(domain) || name.endsWith("." + domain)))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // Who asked is told.
    }
}

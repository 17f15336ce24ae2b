package dev.lockstep.db.embedded;

import dev.lockstep.support.Deadline;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A repository in Maven's layout: the central one, or what {@code LOCKSTEP_MAVEN_REPO} names, a URL or a folder.
 *
 * <p>What is fetched over HTTP goes through the proxy that the environment names, see {@link HttpProxies}. A name and a password in
 * the URL are sent to the repository, and said nowhere.
 */
final class MavenRepository {
    static final String VARIABLE = "LOCKSTEP_MAVEN_REPO";

    private static final String CENTRAL = "https://repo1.maven.org/maven2";

    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(15);

    /** A server that sends nothing for so long sends no more. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final Duration TOLD_EVERY = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int PROXY_WANTS_LOGIN = 407;
    private static final int MEGABYTE = 1_000_000;

    private final URI base;
    private final Optional<String> login;
    private final Environment environment;

    private MavenRepository(URI base, Optional<String> login, Environment environment) {
        this.base = base;
        this.login = login;
        this.environment = environment;
    }

    /** @throws LockstepException usage: the variable names neither a folder nor a URL of a kind that can be read */
    static MavenRepository of(Environment environment) {
        String named = environment.get(VARIABLE).orElse(CENTRAL);
        try {
            URI base = named.contains("://") || named.startsWith("file:")
                    ? URI.create(named)
                    : Path.of(named).toAbsolutePath().toUri();
            String scheme = base.getScheme();
            boolean http = scheme.equals("http") || scheme.equals("https");
            if (http ? base.getHost() == null : !scheme.equals("file") || base.getAuthority() != null) {
                throw unreadable();
            }
            Optional<String> login = Optional.ofNullable(http ? base.getRawUserInfo() : null);
            return new MavenRepository(login.isPresent() ? withoutLogin(base) : base, login, environment);
        } catch (IllegalArgumentException e) {
            // Its message quotes the value, in which there may be a password.
            throw unreadable();
        }
    }

    private static LockstepException unreadable() {
        return LockstepException.usage(
                VARIABLE + " is neither a folder nor a URL of http, https or file",
                "set it to one of them, or unset it");
    }

    private static URI withoutLogin(URI base) {
        String text = base.toString();
        return URI.create(text.replaceFirst("//[^/]*@", "//"));
    }

    /** Where a file is, for people. */
    String locationOf(String path) {
        URI location = resolved(path);
        return location.getScheme().equals("file") ? Path.of(location).toString() : location.toString();
    }

    private URI resolved(String path) {
        String text = base.toString();
        return URI.create(text + (text.endsWith("/") ? "" : "/") + path);
    }

    /**
     * Copies a file, all of it, into one that exists.
     *
     * @param path below the repository
     * @param progress told now and then how much has come
     * @throws IOException it is not there, does not come, or cannot be written; the message says which
     */
    void copy(String path, Path target, Consumer<String> progress) throws IOException {
        URI source = resolved(path);
        if (source.getScheme().equals("file")) {
            Files.write(target, Files.readAllBytes(Path.of(source)));
            return;
        }
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(CONNECTED_WITHIN)
                .proxy(HttpProxies.of(environment))
                .build();
        HttpRequest.Builder request = HttpRequest.newBuilder(source);
        login.ifPresent(nameAndPassword -> request.header("Authorization", basic(nameAndPassword)));
        AtomicLong size = new AtomicLong(-1);
        CompletableFuture<HttpResponse<Path>> answer = client.sendAsync(request.build(), head -> {
            head.headers().firstValueAsLong("Content-Length").ifPresent(size::set);
            return head.statusCode() == OK
                    ? HttpResponse.BodySubscribers.ofFile(target)
                    : HttpResponse.BodySubscribers.replacing(target);
        });
        int status = awaited(answer, target, size, progress).statusCode();
        if (status != OK) {
            throw new IOException("the " + (status == PROXY_WANTS_LOGIN ? "proxy" : "server") + " answers " + status);
        }
    }

    private static String basic(String userInfo) {
        String decoded = PercentEncoding.decode(userInfo).orElse(userInfo);
        return "Basic " + Base64.getEncoder().encodeToString(decoded.getBytes(StandardCharsets.UTF_8));
    }

    /** Waits for as long as something comes. */
    private static HttpResponse<Path> awaited(
            CompletableFuture<HttpResponse<Path>> answer, Path target, AtomicLong size, Consumer<String> progress)
            throws IOException {
        long seen = 0;
        Deadline silent = Deadline.after(SILENCE);
        Deadline quiet = Deadline.after(TOLD_EVERY);
        while (true) {
            try {
                return answer.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                long come = Files.size(target);
                if (come > seen) {
                    seen = come;
                    silent = Deadline.after(SILENCE);
                } else if (silent.passed()) {
                    answer.cancel(true);
                    throw new IOException("nothing has come for " + SILENCE.toSeconds() + " s", e);
                }
                if (quiet.passed()) {
                    String of = size.get() < 0 ? "" : " of " + size.get() / MEGABYTE;
                    progress.accept("fetched " + come / MEGABYTE + of + " MB");
                    quiet = Deadline.after(TOLD_EVERY);
                }
            } catch (InterruptedException e) {
                answer.cancel(true);
                throw Deadline.interrupted(e);
            } catch (ExecutionException e) {
                throw new IOException(reason(e.getCause()), e.getCause());
            }
        }
    }

    /** HTTP's client says little of what it could not reach. */
    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "the name of its host, or of the proxy, is not known here";
            }
        }
        if (failure.getMessage() != null) {
            return failure.getMessage();
        }
        return failure instanceof ConnectException ? "its host, or the proxy, refuses the connection" : "no connection";
    }
}

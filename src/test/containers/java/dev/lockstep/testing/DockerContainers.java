package dev.lockstep.testing;

import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * Servers in containers of any engine that speaks Docker's protocol.
 *
 * <p>The image is looked for here, and pulled if {@code lockstep.pull} is not false. Each container is removed by whoever
 * started it; nothing else has to look after them.
 */
public final class DockerContainers implements TestServer.Containers {
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);

    /** MariaDB's and MySQL's first server, which makes the accounts, says {@code port: 0}. */
    private static final String LISTENS = ".* port: 3306 .*\\n";

    private static final String POSTGRES_READY = ".*database system is ready to accept connections.*\\n";

    private record Running(GenericContainer<?> container, ServerAddress administrator) implements TestServer {
        @Override
        public void close() {
            container.stop();
        }
    }

    @Override
    public TestServer start(ServerProduct product, String image) {
        String password = "S3CR3T-" + UUID.randomUUID();
        boolean postgres = product == ServerProduct.POSTGRESQL;
        @SuppressWarnings("resource") // Closed by the one that is returned.
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))
                .withExposedPorts(product.port())
                .withEnv(
                        postgres ? "POSTGRES_PASSWORD" : product.image().toUpperCase(Locale.ROOT) + "_ROOT_PASSWORD",
                        password)
                .waitingFor(postgres ? Wait.forLogMessage(POSTGRES_READY, 2) : Wait.forLogMessage(LISTENS, 1))
                .withStartupTimeout(STARTS_WITHIN);
        if (System.getProperty("lockstep.pull", "true").equals("false")) {
            container.withImagePullPolicy(name -> false);
        }
        try {
            container.start();
        } catch (RuntimeException e) {
            container.stop();
            throw new IllegalStateException("no container of " + image, e);
        }
        ServerAddress defaults = TestServer.defaults(product);
        return new Running(
                container,
                defaults.at(container.getHost(), container.getMappedPort(product.port()))
                        .withLogin(defaults.user(), password));
    }
}

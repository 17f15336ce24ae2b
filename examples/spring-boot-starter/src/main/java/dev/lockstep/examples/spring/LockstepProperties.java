package dev.lockstep.examples.spring;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an application may say.
 *
 * @param caches the names of the caches that are kept in step
 * @param spec of each, as Caffeine writes it
 * @param replica under which the durable log knows how far this process has heard; without it, a lost connection empties the caches
 */
@ConfigurationProperties("lockstep")
public record LockstepProperties(
        @DefaultValue("realms") List<String> caches, @DefaultValue("maximumSize=10000") String spec, String replica) {}

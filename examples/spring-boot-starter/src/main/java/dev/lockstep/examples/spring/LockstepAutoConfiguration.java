package dev.lockstep.examples.spring;

import dev.lockstep.api.InvalidationSender;
import dev.lockstep.api.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cache.CacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Keeps the caches of an application in step with its realms, over the application's own pool. */
@AutoConfiguration(
        afterName = "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
        beforeName = "org.springframework.boot.autoconfigure.cache.CacheAutoConfiguration")
@ConditionalOnBean(DataSource.class)
@EnableConfigurationProperties(LockstepProperties.class)
public class LockstepAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(CacheManager.class)
    RealmCacheManager realmCacheManager(LockstepProperties properties) {
        return new RealmCacheManager(properties.caches(), properties.spec());
    }

    @Bean
    @ConditionalOnMissingBean
    RealmKeyGenerator realmKeyGenerator() {
        return new RealmKeyGenerator();
    }

    @Bean
    @ConditionalOnMissingBean
    InvalidationSender invalidationSender(DataSource source) {
        return InvalidationSender.on(source);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(RealmCacheManager.class)
    LockstepListener lockstepListener(
            DataSource source,
            RealmCacheManager caches,
            LockstepProperties properties,
            ObjectProvider<Metrics> metrics) {
        return new LockstepListener(
                source, caches, Optional.ofNullable(properties.replica()), metrics.getIfAvailable(() -> Metrics.NONE));
    }

    /** Where there is Micrometer. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Figures {
        @Bean
        @ConditionalOnMissingBean
        Metrics lockstepMetrics(ObjectProvider<MeterRegistry> registry) {
            MeterRegistry found = registry.getIfAvailable();
            return found == null ? Metrics.NONE : new MicrometerMetrics(found);
        }
    }
}

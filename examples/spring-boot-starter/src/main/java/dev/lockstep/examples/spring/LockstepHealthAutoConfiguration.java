package dev.lockstep.examples.spring;

import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The health of the listener, for an application that has the actuator. */
@AutoConfiguration(after = LockstepAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(LockstepListener.class)
public class LockstepHealthAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    LockstepHealthIndicator lockstepHealthIndicator(LockstepListener listener, RealmCacheManager caches) {
        return new LockstepHealthIndicator(listener, caches);
    }
}

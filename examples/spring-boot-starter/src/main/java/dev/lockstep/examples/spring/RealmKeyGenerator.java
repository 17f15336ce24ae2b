package dev.lockstep.examples.spring;

import java.lang.reflect.Method;
import org.springframework.cache.interceptor.KeyGenerator;

/** Makes the key of the first two arguments of a method: a realm's URL and a path. */
public final class RealmKeyGenerator implements KeyGenerator {
    @Override
    public Object generate(Object target, Method method, Object... arguments) {
        if (arguments.length >= 2 && arguments[0] instanceof String realm && arguments[1] instanceof String path) {
            return new RealmKey(realm, path);
        }
        throw new IllegalArgumentException(method + " does not begin with a realm and a path");
    }
}

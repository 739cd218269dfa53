package org.imapmirror.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.net.URLClassLoader;

class ProxyLimitsTest {
    /// Each record's defaults are made while others' may be under way.
    @ParameterizedTest
    @ValueSource(strings = {"Login", "Commands", "Clients", "FailedLogins", "Times"})
    void defaultsAreThereWhicheverIsLoadedFirst(String first) throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Class.forName(ProxyLimits.class.getName() + "$" + first, true, loader);
            Class<?> limits = Class.forName(ProxyLimits.class.getName(), true, loader);
            assertComplete(limits.getField("DEFAULTS").get(null));
        }
    }

    private static URL[] classPath() throws Exception {
        String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
        URL[] out = new URL[entries.length];
        for (int i = 0; i < entries.length; i++) {
            out[i] = new File(entries[i]).toURI().toURL();
        }
        return out;
    }

    private static void assertComplete(Object limits) throws Exception {
        for (RecordComponent part : limits.getClass().getRecordComponents()) {
            Method accessor = part.getAccessor();
            Object value = accessor.invoke(limits);
            assertThat(value).as(limits.getClass() + "." + part.getName()).isNotNull();
            if (value.getClass().isRecord()) {
                assertComplete(value);
            }
        }
    }
}

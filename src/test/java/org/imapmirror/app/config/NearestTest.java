package org.imapmirror.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class NearestTest {
    private static final List<String> KEYS =
            List.of("listeners", "servers", "route", "max-bytes", "bind");

    @Test
    void slipIsRecognised() {
        assertThat(Nearest.of("listner", KEYS)).isEqualTo("listeners");
        assertThat(Nearest.of("sevrers", KEYS)).isEqualTo("servers");
        assertThat(Nearest.of("max_bytes", KEYS)).isEqualTo("max-bytes");
        assertThat(Nearest.of("bnid", KEYS)).isEqualTo("bind");
    }

    @Test
    void otherWordIsNot() {
        assertThat(Nearest.of("colour", KEYS)).isNull();
        assertThat(Nearest.of("x", KEYS)).isNull();
    }
}

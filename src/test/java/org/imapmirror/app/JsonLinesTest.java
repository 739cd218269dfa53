package org.imapmirror.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

class JsonLinesTest {
    private static final LoggerContext CONTEXT = new LoggerContext();

    private static LoggingEvent event(String message, @Nullable Throwable thrown) {
        return new LoggingEvent(
                "caller", CONTEXT.getLogger("org.imapmirror.X"), Level.WARN, message, thrown, null);
    }

    private static JsonNode line(LoggingEvent event) throws IOException {
        String text = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
        assertThat(text).endsWith("}\n");
        assertThat(text.strip()).doesNotContain("\n");
        return new ObjectMapper().readTree(text);
    }

    @Test
    void everyPairIsAField() throws IOException {
        LoggingEvent event = event("said \"so\"\r\nand forged", null);
        event.addKeyValuePair(new KeyValuePair("account", "ann@example.org"));
        event.addKeyValuePair(new KeyValuePair("entries", 17L));
        event.addKeyValuePair(new KeyValuePair("level", "mine"));
        JsonNode line = line(event);
        assertThat(line.path("message").asText()).isEqualTo("said \"so\"\r\nand forged");
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("logger").asText()).isEqualTo("org.imapmirror.X");
        assertThat(line.path("account").asText()).isEqualTo("ann@example.org");
        assertThat(line.path("entries").isNumber()).isTrue();
        assertThat(line.path("level_").asText()).isEqualTo("mine");
        assertThat(Instant.parse(line.path("time").asText())).isNotNull();
        assertThat(line.has("exception")).isFalse();
    }

    @Test
    void anExceptionIsAFieldToo() throws IOException {
        assertThat(
                        line(event("failed", new IllegalStateException("why")))
                                .path("exception")
                                .asText())
                .contains("IllegalStateException: why");
    }
}

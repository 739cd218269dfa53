package org.imapmirror.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;

import org.imapmirror.app.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;

/// Makes the log what the configuration says. Until the configuration is read, it is text of level
/// INFO, or what the environment says.
final class LogSettings {
    static final String LEVEL_VARIABLE = "IMAPMIRROR_LOG_LEVEL";
    private static final String OURS = "org.imapmirror";

    /// As logback.xml has it, by appender.
    private final Map<String, Encoder<ILoggingEvent>> text = new HashMap<>();

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    void apply(Config.Log log) {
        Config.Log.Level level = log.level();
        if (System.getenv(LEVEL_VARIABLE) == null) {
            context.getLogger(OURS)
                    .setLevel(level == null ? Level.INFO : Level.valueOf(level.name()));
        }
        for (Iterator<Appender<ILoggingEvent>> all =
                        context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
                all.hasNext(); ) {
            if (all.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
                format(appender, log.format());
            }
        }
    }

    private void format(OutputStreamAppender<ILoggingEvent> appender, Config.Log.Format format) {
        Encoder<ILoggingEvent> plain =
                text.computeIfAbsent(appender.getName(), _ -> appender.getEncoder());
        if (format == Config.Log.Format.TEXT) {
            appender.setEncoder(Objects.requireNonNull(plain));
        } else if (!(appender.getEncoder() instanceof JsonLines)) {
            JsonLines json = new JsonLines();
            json.setContext(context);
            json.start();
            appender.setEncoder(json);
        }
    }
}

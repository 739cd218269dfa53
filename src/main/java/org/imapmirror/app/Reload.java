package org.imapmirror.app;

import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import sun.misc.Signal;

import java.io.IOException;
import java.nio.file.Path;

/// Reads the configuration and the certificates again on SIGHUP.
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private final Path file;
    private final Service service;
    private final LogSettings log;

    Reload(Path file, Service service, LogSettings log) {
        this.file = file;
        this.service = service;
        this.log = log;
    }

    /// From now on; a system without the signal is told of once.
    void onSignal() {
        try {
            Signal.handle(new Signal("HUP"), _ -> run());
        } catch (IllegalArgumentException e) {
            LOG.warn("no reload by a signal here reason={}", e.getMessage());
        }
    }

    /// One at a time. A configuration with errors changes nothing.
    synchronized void run() {
        Config newer;
        try {
            newer = ConfigLoader.load(file);
        } catch (ConfigException e) {
            e.problems()
                    .forEach(problem ->
                            LOG.atError()
                                    .addKeyValue("file", file)
                                    .log("configuration: {}", problem.describe()));
            LOG.error("configuration not reloaded, the one before stays file={}", file);
            return;
        }
        try {
            for (String key : service.reload(newer)) {
                LOG.atWarn()
                        .addKeyValue("key", key)
                        .log("this change of the configuration needs a restart");
            }
            log.apply(newer.log());
            LOG.info("configuration reloaded file={}", file);
        } catch (IOException | RuntimeException e) {
            LOG.error("configuration not reloaded file={} reason={}", file, e.getMessage());
        }
    }
}

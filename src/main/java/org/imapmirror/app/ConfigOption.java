package org.imapmirror.app;

import org.imapmirror.admin.AdminClient;
import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.config.ConfigLoader;
import org.imapmirror.app.config.Secret;

import picocli.CommandLine.Option;

import java.nio.file.Path;

/// `--config FILE`, which most commands have.
final class ConfigOption {
    static final String INSTALLED = "/etc/imapmirror/imapmirror.yaml";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = INSTALLED,
            description = "The configuration file; ${DEFAULT-VALUE} where it is not given.")
    private Path file = Path.of(INSTALLED);

    Path file() {
        return file;
    }

    Config load() throws ConfigException {
        return ConfigLoader.load(file);
    }

    /// A client for the imapmirror that runs with this configuration.
    AdminClient client() throws ConfigException {
        Config.Admin admin = load().admin();
        Secret token = admin.token();
        return new AdminClient(admin.bind(), token == null ? null : token.reveal());
    }
}

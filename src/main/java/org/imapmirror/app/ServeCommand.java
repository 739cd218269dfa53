package org.imapmirror.app;

import org.imapmirror.app.check.FileModes;
import org.imapmirror.app.check.Finding;
import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.state.StateException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

@Command(
        name = "serve",
        description = {
            "Runs the proxy and mirrors what passes through it, until it is told to stop"
                    + " (SIGTERM).",
            "Exit code 0: stopped; 69: a port, a file or a certificate is not to be had; 78:"
                    + " configuration."
        })
final class ServeCommand implements Callable<Integer> {

    /// What closing may take beyond the time that sessions are given.
    private static final Duration CLOSING = Duration.ofSeconds(30);

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ConfigOption config = new ConfigOption();

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        var loaded = config.load();
        LogSettings log = new LogSettings();
        log.apply(loaded.log());
        if (!modesAreRight(loaded)) {
            return ExitCode.UNAVAILABLE;
        }
        Service service;
        try {
            service = Service.start(loaded, (_, _) -> {});
        } catch (IOException | StateException e) {
            spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
            return ExitCode.UNAVAILABLE;
        }
        new Reload(config.file(), service, log).onSignal();
        closeOnSignal(service, loaded.limits().times().grace().plus(CLOSING));
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }

    /// Refuses to add to what others can read. Secrets that they can read are only told, because an
    /// administrator may want that and nothing gets worse by it.
    private boolean modesAreRight(Config loaded) {
        boolean right = true;
        for (Finding finding : new FileModes(loaded).findings()) {
            if (finding.level() == Finding.Level.ERROR) {
                right = false;
                spec.commandLine()
                        .getErr()
                        .println(
                                "imapmirror: %s: %s%n  remedy: %s"
                                        .formatted(
                                                finding.subject(),
                                                finding.text(),
                                                finding.remedy()));
            } else {
                log().atWarn()
                        .addKeyValue("file", finding.subject())
                        .addKeyValue("remedy", finding.remedy())
                        .log("{}", finding.text());
            }
        }
        return right;
    }

    /// Java would exit with 143 after a signal, also where everything was closed in order, so the
    /// exit code is given here, where nothing but a signal leads to.
    private static void closeOnSignal(Service service, Duration patience) {
        Thread stop =
                new Thread(
                        () -> {
                            Thread closing = Thread.ofPlatform().daemon().start(service::close);
                            boolean closed = false;
                            try {
                                closed = closing.join(patience);
                            } catch (InterruptedException _) {
                                // Nobody interrupts it; not closed is what is reported then.
                            }
                            if (!closed) {
                                log().error("stop took longer than {} and was cut off", patience);
                            }
                            Runtime.getRuntime().halt(closed ? ExitCode.OK : ExitCode.INTERNAL);
                        },
                        "stop");
        Runtime.getRuntime().addShutdownHook(stop);
    }

    /// Not in a constant, which every command would pay for: it starts the logging.
    private static Logger log() {
        return LoggerFactory.getLogger(ServeCommand.class);
    }
}

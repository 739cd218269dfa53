package org.imapmirror.app;

import org.imapmirror.app.config.ConfigException;
import org.imapmirror.state.StateException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.IOException;
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
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ConfigOption config = new ConfigOption();

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        Service service;
        try {
            service = Service.start(config.load(), (_, _) -> {});
        } catch (IOException | StateException e) {
            spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
            return ExitCode.UNAVAILABLE;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Thread stop =
                new Thread(
                        () -> {
                            service.close();
                            stopped.countDown();
                        },
                        "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        stopped.await();
        return ExitCode.OK;
    }
}

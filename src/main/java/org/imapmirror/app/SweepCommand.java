package org.imapmirror.app;

import org.imapmirror.admin.AdminClient;
import org.imapmirror.admin.AdminClient.NoAnswerException;
import org.imapmirror.app.config.ConfigException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.List;
import java.util.concurrent.Callable;

@Command(
        name = "sweep",
        description = {
            "Has the running imapmirror compare accounts with their mirrors, soon, and repair what"
                    + " differs; see status for when it is done.",
            "Exit code 0: it will; 1: an account is not mirrored; 2: no answer."
        })
final class SweepCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ConfigOption config = new ConfigOption();

    @Parameters(
            arity = "0..*",
            paramLabel = "ACCOUNT",
            description = "Which accounts; all known ones where none is given.")
    private List<String> accounts = List.of();

    @Override
    public Integer call() throws ConfigException {
        AdminClient client = config.client();
        int swept = 0;
        int result = ExitCode.OK;
        try {
            if (accounts.isEmpty()) {
                swept = client.sweep(null);
            }
            for (String account : accounts) {
                int found = client.sweep(account);
                swept += found;
                if (found == 0) {
                    spec.commandLine()
                            .getErr()
                            .println("imapmirror: the account " + account + " is not mirrored");
                    result = ExitCode.ATTENTION;
                }
            }
        } catch (NoAnswerException e) {
            spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
            return ExitCode.NO_ANSWER;
        }
        spec.commandLine()
                .getOut()
                .println(swept + (swept == 1 ? " account" : " accounts") + " will be compared");
        return result;
    }
}

package org.imapmirror.app;

import org.imapmirror.admin.Acts.Act;
import org.imapmirror.app.config.ConfigException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

@Command(
        name = "retry",
        description = {
            "Has the running imapmirror try again what is parked or was skipped, soon; see status"
                    + " for what becomes of it.",
            "Exit code 0: it will; 1: nothing of what was named is parked or skipped; 2: no answer."
        })
final class RetryCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ActOption act = new ActOption();

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "Only of this account.")
    private @Nullable String account;

    @Option(
            names = "--item",
            paramLabel = "ITEM",
            description = "Only this one, as status names it.")
    private @Nullable String item;

    @Override
    public Integer call() throws ConfigException {
        return act.act(spec, Act.RETRY, account, item, false);
    }
}

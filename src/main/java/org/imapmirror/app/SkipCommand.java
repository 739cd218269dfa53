package org.imapmirror.app;

import org.imapmirror.admin.Acts.Act;
import org.imapmirror.app.config.ConfigException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

@Command(
        name = "skip",
        description = {
            "Has the running imapmirror leave parked things as they are: they no longer count as"
                    + " parked, are never tried again by themselves, and stay listed. retry takes"
                    + " that back.",
            "Exit code 0: done; 1: nothing of what was named is parked; 2: no answer."
        })
final class SkipCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ActOption act = new ActOption();

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "Only of this account.")
    private @Nullable String account;

    @Option(names = "--item", paramLabel = "ITEM", description = "This one, as status names it.")
    private @Nullable String item;

    @Option(names = "--all", description = "Everything that is parked.")
    private boolean all;

    @Override
    public Integer call() throws ConfigException {
        if (item == null && !all) {
            throw new ParameterException(
                    spec.commandLine(), "imapmirror skip: name an --item, or say --all");
        }
        return act.act(spec, Act.SKIP, account, item, all);
    }
}

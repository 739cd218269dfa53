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
        name = "approve",
        description = {
            "Lets deletions go that the brake holds: exactly those that were held, as far as they"
                    + " are found again. Where a side became empty, --item has to name them.",
            "Exit code 0: it will; 1: the brake holds nothing of that; 2: no answer."
        })
final class ApproveCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ActOption act = new ActOption();

    @Parameters(arity = "1", paramLabel = "ACCOUNT", description = "Of this account.")
    private @Nullable String account;

    @Option(
            names = "--item",
            paramLabel = "ITEM",
            description = "Only this one, as status names it.")
    private @Nullable String item;

    @Override
    public Integer call() throws ConfigException {
        return act.act(spec, Act.APPROVE, account, item, false);
    }
}

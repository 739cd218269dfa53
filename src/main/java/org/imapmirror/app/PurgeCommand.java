package org.imapmirror.app;

import org.imapmirror.admin.Acts.Act;
import org.imapmirror.app.config.ConfigException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

@Command(
        name = "purge",
        description = {
            "Removes messages from the mirrors that were deleted on the primary and are held by the"
                    + " policy of route.mirrors[].deletes, soon and whenever they would be due.",
            "Exit code 0: it will; 1: nothing of what was named is held; 2: no answer."
        })
final class PurgeCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ActOption act = new ActOption();

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "Only of this account.")
    private @Nullable String account;

    @Override
    public Integer call() throws ConfigException {
        return act.act(spec, Act.PURGE, account, null, true);
    }
}

package org.imapmirror.app;

import org.imapmirror.admin.Acts;
import org.imapmirror.admin.AdminClient.NoAnswerException;
import org.imapmirror.admin.Json;
import org.imapmirror.app.config.ConfigException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.List;
import java.util.concurrent.Callable;

@Command(
        name = "held",
        description = {
            "Lists messages that were deleted on the primary and are kept on mirrors, by the policy"
                    + " of route.mirrors[].deletes.",
            "Exit code 0: done; 2: no answer."
        })
final class HeldCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ConfigOption config = new ConfigOption();

    @Parameters(arity = "0..1", paramLabel = "ACCOUNT", description = "Only of this account.")
    private @Nullable String account;

    @Option(
            names = "--mirror",
            paramLabel = "SERVER",
            description = "Only on this mirror, by its key in the configuration.")
    private @Nullable String mirror;

    @Option(names = "--json", description = "One JSON array, as GET /v1/held gives it.")
    private boolean json;

    @Override
    public Integer call() throws ConfigException {
        List<Acts.Held> held;
        try {
            held = config.client().held(new Acts.Choice(account, mirror, null));
        } catch (NoAnswerException e) {
            spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
            return ExitCode.NO_ANSWER;
        }
        if (json) {
            spec.commandLine().getOut().println(Json.write(held));
            return ExitCode.OK;
        }
        Table table =
                new Table("ACCOUNT", "MIRROR", "MAILBOX", "UID", "DELETED", "DUE", "ON MIRROR");
        for (Acts.Held h : held) {
            String due = h.due();
            table.row(
                    h.account(),
                    h.mirror(),
                    h.mailbox(),
                    String.valueOf(h.uid()),
                    h.deleted(),
                    due == null ? "never" : due,
                    h.mirrorMailbox() + " UID " + h.mirrorUid());
        }
        table.print(spec.commandLine().getOut());
        return ExitCode.OK;
    }
}

package org.imapmirror.app.sync;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `imapmirror imapsync`: the command line of imapsync, so that scripts go on with only the
/// program's name changed. [Imapsync] reads it.
@Command(
        name = "imapsync",
        description = {
            "Takes the options of imapsync 2.229 and does the same, once, from host1 to host2.",
            "An option that it cannot honour is an error that says so. What differs on purpose, and"
                    + " the exit codes: docs/sync.md."
        })
public final class ImapsyncCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "OPTIONS",
            description =
                    "--host1 OLD --user1 U --passfile1 F --host2 NEW --user2 U --passfile2 F"
                            + " and so on.")
    private List<String> arguments = new ArrayList<>();

    /// Lets all that follows the name of this command come here as it is.
    public static void passThrough(CommandLine main) {
        for (CommandLine command : main.getSubcommands().values()) {
            if (command.getCommand() instanceof ImapsyncCommand) {
                command.setUnmatchedOptionsArePositionalParams(true).setStopAtPositional(true);
            }
        }
    }

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        return Imapsync.run(
                arguments,
                String.join("", line.getCommandSpec().version()),
                line.getOut(),
                line.getErr());
    }
}

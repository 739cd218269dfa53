package org.imapmirror.app;

import org.imapmirror.app.config.ConfigException;
import org.imapmirror.app.sync.Imapsync;
import org.imapmirror.app.sync.ImapsyncCommand;
import org.imapmirror.app.sync.SyncCommand;
import org.imapmirror.app.sync.VerifyCommand;
import org.imapmirror.state.Database;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The `imapmirror` command.
@Command(
        name = "imapmirror",
        description = "An IMAP proxy that mirrors mailbox changes in real time.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        scope = CommandLine.ScopeType.INHERIT,
        exitCodeOnInvalidInput = ExitCode.USAGE,
        exitCodeOnExecutionException = ExitCode.INTERNAL,
        footer = {
            "",
            "Exit codes: 0 done; 1 done, and somebody should look; 2 no answer from a running"
                    + " imapmirror; 64 usage; 69 something needed is not available; 70 internal"
                    + " error; 78 configuration. See docs/operations.md."
        })
public final class Main implements Runnable {
    /// In the order in which help lists them.
    private static final List<Class<?>> COMMANDS =
            List.of(
                    ServeCommand.class,
                    DemoCommand.class,
                    StatusCommand.class,
                    SweepCommand.class,
                    RetryCommand.class,
                    SkipCommand.class,
                    ApproveCommand.class,
                    HeldCommand.class,
                    PurgeCommand.class,
                    CheckCommand.class,
                    AuditCommand.class,
                    RestoreCommand.class,
                    SyncCommand.class,
                    ImapsyncCommand.class,
                    VerifyCommand.class,
                    VersionCommand.class,
                    RehearseCommand.class);

    /// They run often and not for long, and what they do first is to open their state.
    private static final Set<String> STATEFUL = Set.of("sync", "imapsync");

    @Spec private CommandSpec spec = CommandSpec.create();

    private Main() {}

    public static void main(String[] args) {
        if (args.length > 0 && STATEFUL.contains(args[0])) {
            Database.prepare();
        }
        if (args.length > 0 && args[0].equals("imapsync")) {
            System.exit(imapsync(args));
        }
        System.exit(commandLine(args).execute(args));
    }

    /// Scripts call it once for each account, so it does not wait for the other commands.
    private static int imapsync(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true);
        PrintWriter err = new PrintWriter(System.err, true);
        try {
            return Imapsync.run(
                    List.of(args).subList(1, args.length), VersionCommand.text(), out, err);
        } catch (RuntimeException e) {
            return report(e, err);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /// Knows the command that the first argument names, and all of them only where it names none:
    /// to read the options of all takes a third of a second.
    static CommandLine commandLine(String... args) {
        List<Class<?>> named =
                COMMANDS.stream().filter(c -> args.length > 0 && name(c).equals(args[0])).toList();
        CommandLine main = new CommandLine(new Main());
        (named.isEmpty() ? COMMANDS : named).forEach(main::addSubcommand);
        main.setExecutionExceptionHandler((e, command, _) -> report(e, command.getErr()))
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                // A password, or a name, may begin with an at sign.
                .setExpandAtFiles(false);
        ImapsyncCommand.passThrough(main);
        return main;
    }

    private static String name(Class<?> command) {
        return Objects.requireNonNull(command.getAnnotation(Command.class)).name();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "imapmirror: which command?");
    }

    private static int report(Exception e, PrintWriter err) {
        return switch (e) {
            case ConfigException bad -> {
                err.println("imapmirror: " + bad.getMessage());
                yield ExitCode.CONFIG;
            }
            default -> {
                err.println("imapmirror: internal error, please report it");
                e.printStackTrace(err);
                yield ExitCode.INTERNAL;
            }
        };
    }
}

package org.imapmirror.app.sync;

import org.imapmirror.admin.Json;
import org.imapmirror.app.config.ConfigException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/// `imapmirror sync`.
@Command(
        name = "sync",
        sortOptions = false,
        description = {
            "Brings an account, or many, from one IMAP server to another, once. It can be stopped"
                    + " at any time; the next run goes on, and nothing is stored twice.",
            "Exit code 0: everything is on the target; see docs/sync.md for the others."
        })
public final class SyncCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private PairOptions pair = new PairOptions();
    @Mixin private FolderOptions folders = new FolderOptions();
    @Mixin private WorkOptions work = new WorkOptions();
    @Mixin private ManyOptions many = new ManyOptions();

    @Option(
            names = "--dry-run",
            description = "Prints the plan and touches nothing, neither servers nor state.")
    private boolean dryRun;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Where it is kept which message is which; ~/.local/state/imapmirror/sync where"
                            + " it is not given.")
    private @Nullable Path state;

    @Option(names = "--json", description = "The report as one JSON object.")
    private boolean json;

    @Option(
            names = "--progress",
            paramLabel = "HOW",
            defaultValue = "auto",
            description =
                    "auto (a bar on a terminal, lines elsewhere), bar, lines or none; on standard"
                            + " error.")
    private Terminal progress = Terminal.AUTO;

    @Override
    public Integer call() throws ConfigException {
        PrintWriter err = spec.commandLine().getErr();
        try {
            if (many.file() != null) {
                return many();
            }
            return one();
        } catch (UsageException e) {
            err.println("imapmirror sync: " + e.getMessage());
            return SyncExit.USAGE;
        } catch (UnavailableException e) {
            err.println("imapmirror sync: " + e.getMessage());
            return SyncExit.UNAVAILABLE;
        }
    }

    private int one() throws UsageException, UnavailableException, ConfigException {
        PrintWriter err = spec.commandLine().getErr();
        var options = work.options(folders.rules(), dryRun, 1);
        SyncRun run =
                new SyncRun(
                        pair.source().open(null, null, err::println),
                        pair.target().open(null, null, err::println),
                        options,
                        StateDirectory.orOfUser(state));
        try (Signals signals = new Signals()) {
            Screen screen =
                    new Screen(
                            err,
                            progress.bar(),
                            progress == Terminal.NONE || (json && progress == Terminal.AUTO),
                            signals.stopped());
            SyncRun.End end = run.run(screen);
            screen.done();
            print(run, end);
            return end.exit();
        }
    }

    private void print(SyncRun run, SyncRun.End end) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(fields(run.source().name(), run.target().name(), end)));
        } else if (end.report() != null) {
            ReportText.print(end.report(), out);
        }
        out.flush();
        if (end.error() != null) {
            spec.commandLine().getErr().println(Screen.clean("imapmirror sync: " + end.error()));
        }
    }

    /// The object of `--json`.
    static Map<String, Object> fields(String source, String target, SyncRun.End end) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("source", source);
        fields.put("target", target);
        fields.put("exit", end.exit());
        fields.put("error", end.error());
        if (end.report() != null) {
            fields.putAll(ReportText.fields(end.report()));
        }
        return fields;
    }

    private int many() throws UsageException, UnavailableException, ConfigException {
        int parallel = many.parallel(work.bounds.connections);
        var options = work.options(folders.rules(), dryRun, parallel);
        try (Signals signals = new Signals()) {
            return new ManyAccounts(
                            pair.source().notAsking(),
                            pair.target().notAsking(),
                            options,
                            StateDirectory.orOfUser(state),
                            new ManyAccounts.Output(
                                    spec.commandLine().getOut(),
                                    spec.commandLine().getErr(),
                                    progress,
                                    json),
                            signals.stopped())
                    .run(AccountsFile.read(many.file()), parallel);
        }
    }
}

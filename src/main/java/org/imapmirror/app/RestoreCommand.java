package org.imapmirror.app;

import org.imapmirror.admin.Json;
import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.event.Account;
import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.mailstore.Logins;
import org.imapmirror.mailstore.ServerPool;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.replicate.Restore;
import org.imapmirror.replicate.Restore.Report;
import org.imapmirror.replicate.Restore.Request;
import org.imapmirror.route.Mirror;
import org.imapmirror.state.Database;
import org.imapmirror.state.StateException;
import org.imapmirror.state.StateLock;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Callable;

@Command(
        name = "restore",
        description = {
            "Brings an account's messages back from an archive or a mirror to a server of the"
                    + " configuration, also while imapmirror runs. What is there already is neither"
                    + " stored again nor changed, so it can be repeated.",
            "Exit code 0: done; 1: some messages could not be restored, each is named; 69: a"
                    + " server or the state database is not available, what was restored stays."
        })
final class RestoreCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ConfigOption config = new ConfigOption();

    @Parameters(paramLabel = "ACCOUNT", description = "Whose messages.")
    private String account = "";

    @Option(
            names = "--from",
            paramLabel = "MIRROR",
            description =
                    "The mirror or archive that keeps them; the only archive, or the only mirror,"
                            + " where it is not given.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "SERVER",
            required = true,
            description = "The server that gets them, by its name in the configuration.")
    private String to = "";

    @Option(
            names = "--folder",
            paramLabel = "F",
            description = "Only this mailbox, by its (last) name on the primary.")
    private @Nullable String folder;

    @Option(
            names = "--since",
            paramLabel = "T",
            description =
                    "Only messages that arrived (with --deleted: were deleted) then or later:"
                            + " 2026-11-30, 2026-11-30T14:00 or 2026-11-30T13:00:00Z.")
    private @Nullable String since;

    @Option(
            names = "--until",
            paramLabel = "T",
            description = "Only messages that arrived (with --deleted: were deleted) before then.")
    private @Nullable String until;

    @Option(names = "--deleted", description = "Only messages that are no longer on the primary.")
    private boolean deleted;

    @Option(names = "--dry-run", description = "Says what would be restored and stores nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "One JSON object: stored, there, folders and refused.")
    private boolean json;

    @Override
    public Integer call() throws ConfigException {
        Config loaded = config.load();
        Account who = loaded.routes().rules().canonical(account);
        if (!loaded.servers().containsKey(to)) {
            throw usage("--to " + to + ": no such server; servers: " + loaded.servers().keySet());
        }
        try (Database state = Database.openToRead(loaded.state().url());
                StateLock _ = lock(loaded);
                ServerPool pool = Service.pool(loaded, logins(loaded))) {
            Restore restore = new Restore(state, pool::open);
            Mirror keeper = keeper(loaded, restore.keepers(who), who);
            if (keeper.server().equals(to)) {
                throw usage("--to " + to + " is where the messages are kept");
            }
            boolean archive = keeper.mode() == Mirror.Mode.ARCHIVE;
            if (deleted && !archive && keeper.deletes().equals(Mirror.Deletes.APPLY)) {
                throw usage(
                        "--deleted needs an archive, or a mirror with deletes: after or never: the"
                                + " mirror "
                                + keeper.server()
                                + " keeps what the primary has");
            }
            Report report =
                    restore.run(
                            new Request(
                                    who,
                                    keeper.server(),
                                    archive,
                                    folder,
                                    time("--since", since),
                                    time("--until", until),
                                    deleted,
                                    dryRun,
                                    to));
            print(report);
            return report.refused().isEmpty() ? ExitCode.OK : ExitCode.ATTENTION;
        } catch (StoreException | StateException e) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "imapmirror: "
                                    + e.getMessage()
                                    + " (what was restored so far stays; run it again to go on)");
            return ExitCode.UNAVAILABLE;
        }
    }

    /// Two at once could both find a message missing and both store it.
    private static StateLock lock(Config config) {
        Path folder = config.state().file().toAbsolutePath().getParent();
        return StateLock.acquire((folder == null ? Path.of(".") : folder).resolve("restore"));
    }

    private static Logins logins(Config config) {
        return new Logins(Service.methods(config, new CapturedLogins()), Clock.systemUTC());
    }

    private Mirror keeper(Config loaded, List<String> keepers, Account who) {
        List<Mirror> all =
                loaded.routes().mirrors().stream()
                        .filter(m -> keepers.contains(m.server()))
                        .toList();
        if (from != null) {
            return all.stream()
                    .filter(m -> m.server().equals(from))
                    .findFirst()
                    .orElseThrow(
                            () -> usage("--from " + from + " keeps nothing of the account " + who));
        }
        List<Mirror> archives = all.stream().filter(m -> m.mode() == Mirror.Mode.ARCHIVE).toList();
        List<Mirror> choice = archives.isEmpty() ? all : archives;
        if (choice.isEmpty()) {
            throw usage("no mirror or archive of the configuration keeps the account " + who);
        }
        if (choice.size() > 1) {
            throw usage(
                    "name one with --from: "
                            + String.join(", ", choice.stream().map(Mirror::server).toList()));
        }
        return choice.getFirst();
    }

    private ParameterException usage(String what) {
        return new ParameterException(spec.commandLine(), "imapmirror: " + what);
    }

    private @Nullable Instant time(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        ZoneId here = ZoneId.systemDefault();
        try {
            if (!text.contains("T")) {
                return LocalDate.parse(text).atStartOfDay(here).toInstant();
            }
            if (text.matches(".*(Z|[+-]\\d\\d:?\\d\\d)")) {
                return OffsetDateTime.parse(text).toInstant();
            }
            return LocalDateTime.parse(text).atZone(here).toInstant();
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "imapmirror: "
                            + option
                            + " "
                            + text
                            + ": write a day as 2026-11-30, or a time as 2026-11-30T14:00 or"
                            + " 2026-11-30T13:00:00Z",
                    e);
        }
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(report));
            return;
        }
        if (!report.folders().isEmpty()) {
            Table table =
                    new Table("MAILBOX", "TO", dryRun ? "TO STORE" : "STORED", "ALREADY THERE");
            for (Restore.Folder f : report.folders()) {
                table.row(
                        f.mailbox(),
                        f.target(),
                        String.valueOf(f.stored()),
                        String.valueOf(f.there()));
            }
            table.print(out);
        }
        for (Restore.Refused r : report.refused()) {
            out.println("! " + r.mailbox() + ", kept as " + r.source() + ": " + r.reason());
        }
        out.printf(
                "%d %s, %d already there, %d refused%n",
                report.stored(),
                dryRun ? "to be stored" : "stored",
                report.there(),
                report.refused().size());
    }
}

package org.imapmirror.app.sync;

import org.imapmirror.admin.Json;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.ServerProbe;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.FolderPlan;
import org.imapmirror.reconcile.sync.FolderRules;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeSet;

/// A run of imapsync's command line. Knows nothing of the library that reads the other commands,
/// whose start takes longer than a small account: many scripts call this once for each account.
public final class Imapsync {
    private Imapsync() {}

    /// @param arguments behind the name of the command
    /// @param version what `--version` prints
    /// @return the exit code
    public static int run(
            List<String> arguments, String version, PrintWriter out, PrintWriter err) {
        try {
            ImapsyncArguments read = ImapsyncArguments.read(arguments);
            if (read.on("version")) {
                out.println(version);
                return SyncExit.OK;
            }
            if (read.on("help")) {
                help(out);
                return SyncExit.OK;
            }
            network(read);
            try (Output output = Output.of(out, read)) {
                return new Work(read, output.writer(), err, read.on("json")).run();
            }
        } catch (UsageException e) {
            err.println("imapmirror imapsync: " + e.getMessage());
            return SyncExit.USAGE;
        } catch (UnavailableException e) {
            err.println("imapmirror imapsync: " + e.getMessage());
            return SyncExit.UNAVAILABLE;
        }
    }

    private static void help(PrintWriter out) {
        out.println(
                "Usage: imapmirror imapsync --host1 OLD --user1 U --passfile1 F --host2 NEW --user2"
                        + " U --passfile2 F [OPTIONS]");
        out.println(
                "Takes the options of imapsync 2.229 and does the same, once, from host1 to"
                        + " host2.");
        out.println("What differs on purpose, and the exit codes: docs/sync.md.");
        out.println("Honoured, or without meaning here and accepted:");
        TreeSet<String> names = new TreeSet<>(ImapsyncTable.names());
        names.removeAll(ImapsyncTable.refused().keySet());
        out.println("  --" + String.join(" --", names));
        out.println("Refused:");
        ImapsyncTable.refused().forEach((name, why) -> out.println("  --" + name + ": " + why));
        out.flush();
    }

    /// The JDK reads these once, before its first connection.
    private static void network(ImapsyncArguments read) {
        if (read.on("inet4") || read.on("ipv4")) {
            System.setProperty("java.net.preferIPv4Stack", "true");
        }
        if (read.on("inet6") || read.on("ipv6")) {
            System.setProperty("java.net.preferIPv6Addresses", "true");
        }
    }

    /// Standard output, and a log file where one is asked for.
    private record Output(PrintWriter writer, @Nullable PrintWriter file) implements AutoCloseable {

        static Output of(PrintWriter out, ImapsyncArguments read) throws UnavailableException {
            String name = read.text("logfile");
            if (name == null || !read.on("log", true)) {
                return new Output(out, null);
            }
            String directory = read.text("logdir");
            Path path = directory == null ? Path.of(name) : Path.of(directory).resolve(name);
            try {
                Path parent = path.toAbsolutePath().getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                PrintWriter file =
                        new PrintWriter(
                                Files.newBufferedWriter(
                                        path,
                                        StandardCharsets.UTF_8,
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.TRUNCATE_EXISTING,
                                        StandardOpenOption.WRITE));
                return new Output(new PrintWriter(new Both(out, file), true), file);
            } catch (IOException e) {
                throw new UnavailableException("--logfile: cannot write " + path, e);
            }
        }

        @Override
        public void close() {
            writer.flush();
            if (file != null) {
                file.close();
            }
        }
    }

    /// Writes to two.
    private static final class Both extends java.io.Writer {
        private final PrintWriter first;
        private final PrintWriter second;

        Both(PrintWriter first, PrintWriter second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void write(char[] text, int from, int length) {
            first.write(text, from, length);
            second.write(text, from, length);
        }

        @Override
        public void flush() {
            first.flush();
            second.flush();
        }

        @Override
        public void close() {
            flush();
        }
    }

    /// One run.
    private record Work(ImapsyncArguments read, PrintWriter out, PrintWriter err, boolean json) {

        int run() throws UsageException, UnavailableException {
            ImapsyncSide host1 = new ImapsyncSide(read, 1);
            ImapsyncSide host2 = new ImapsyncSide(read, 2);
            ImapsyncSide.check(host1.endpoints());
            ImapsyncSide.check(host2.endpoints());
            ImapsyncOptions options = new ImapsyncOptions(read);
            if (read.on("justconnect") || read.on("justbanner")) {
                int first = connect(host1, true);
                int second = connect(host2, false);
                return first == SyncExit.OK ? second : first;
            }
            ServerSide source = host1.open(this::warn);
            ServerSide target = host2.open(this::warn);
            var work = options.options();
            FolderRules folders = options.folders();
            read.notes().forEach(this::warn);
            try {
                if (read.on("justlogin")) {
                    login(source);
                    login(target);
                    return SyncExit.OK;
                }
                if (read.on("justfolderlists")
                        || read.on("justfoldersizes")
                        || read.on("justautomap")) {
                    look(source, target, folders);
                    return SyncExit.OK;
                }
                SourceSteps steps = new SourceSteps(source, folders, work.dryRun());
                if (read.on("expunge1") || read.on("expunge")) {
                    steps.expunge().forEach(this::say);
                }
                int exit = sync(new SyncRun(source, target, work, state()));
                if (exit == SyncExit.OK && read.on("delete1emptyfolders")) {
                    steps.deleteEmpty().forEach(this::say);
                }
                return exit;
            } catch (StoreException e) {
                err.println(Screen.clean("imapmirror imapsync: " + e.getMessage()));
                return SyncExit.of(e, source.isConcerned(e));
            } catch (FolderRules.NoTopException e) {
                err.println(Screen.clean("imapmirror imapsync: " + e.getMessage()));
                return SyncExit.NO_TOP;
            }
        }

        private void warn(String text) {
            err.println(Screen.clean("warning: " + text));
        }

        private void say(String text) {
            if (!json) {
                out.println(Screen.clean(text));
            }
        }

        private StateDirectory state() {
            String directory = read.text("tmpdir");
            return directory == null
                    ? StateDirectory.ofUser()
                    : new StateDirectory(Path.of(directory).resolve("imapmirror-sync"));
        }

        private int sync(SyncRun run) {
            try (Signals signals = new Signals()) {
                boolean bar = !json && Terminal.AUTO.bar();
                Screen screen = new Screen(bar ? err : out, bar, json, signals.stopped());
                screen.line(Screen.clean(run.name()));
                SyncRun.End end = run.run(screen);
                screen.done();
                if (json) {
                    out.println(
                            Json.write(
                                    SyncCommand.fields(
                                            run.source().name(), run.target().name(), end)));
                } else if (end.report() != null) {
                    ReportText.print(end.report(), out);
                }
                out.flush();
                if (end.error() != null) {
                    err.println(Screen.clean("imapmirror imapsync: " + end.error()));
                }
                return end.exit();
            }
        }

        private int connect(ImapsyncSide side, boolean ofSource) throws UsageException {
            var limits = side.connectLimits();
            try {
                say(
                        side.servers(this::warn)
                                .reach(server -> {
                                    ServerProbe.of(server, limits);
                                    return server.describe() + ": connected";
                                }));
                return SyncExit.OK;
            } catch (StoreException e) {
                err.println(Screen.clean("imapmirror imapsync: " + e.getMessage()));
                return SyncExit.of(e, ofSource);
            }
        }

        private void login(ServerSide side) throws StoreException {
            try (ImapStore store = side.open()) {
                say(store.server().describe() + ": logged in as " + side.name());
            }
        }

        private void look(ServerSide source, ServerSide target, FolderRules folders)
                throws StoreException {
            try (ImapStore from = source.open();
                    ImapStore to = target.open()) {
                List<Listed> there = to.list();
                FolderPlan.Planned planned =
                        folders.plan(from.list(), from.personal(), there, to.personal());
                if (read.on("justfoldersizes")) {
                    sizes("host1", from, planned.pairs().stream().map(p -> p.source()).toList());
                    sizes(
                            "host2",
                            to,
                            there.stream().filter(Listed::selectable).map(Listed::name).toList());
                    return;
                }
                if (read.on("justfolderlists")) {
                    from.list().forEach(folder -> say("host1: " + folder.name()));
                    there.forEach(folder -> say("host2: " + folder.name()));
                }
                planned.pairs().forEach(pair -> say(pair.source() + " -> " + pair.target()));
                planned.warnings().forEach(this::warn);
            }
        }

        private void sizes(String host, ImapStore store, List<String> names) throws StoreException {
            SourceSteps.sizes(store, names)
                    .forEach((name, both) ->
                            say(
                                    "%s: %s: %d messages, %d bytes"
                                            .formatted(host, name, both[0], both[1])));
        }
    }
}

package org.imapmirror.app;

import org.imapmirror.admin.Json;
import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.audit.AuditConfig;
import org.imapmirror.audit.AuditHead;
import org.imapmirror.audit.AuditOutbox;
import org.imapmirror.audit.AuditVerifier;
import org.imapmirror.audit.AuditVerifier.Finding;
import org.imapmirror.audit.AuditVerifier.Report;
import org.imapmirror.route.Mirror;
import org.imapmirror.state.Database;
import org.imapmirror.state.StateException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

@Command(
        name = "audit",
        description = "Checks the audit logs of archives, also while imapmirror runs.",
        subcommands = {AuditCommand.Verify.class, AuditCommand.Head.class})
final class AuditCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "imapmirror audit: which command, verify or head?");
    }

    /// The archives of a configuration, or the one that is asked for.
    private static List<String> archives(Config config, @Nullable String only, CommandSpec spec) {
        List<String> all =
                config.routes().mirrors().stream()
                        .filter(m -> m.mode() == Mirror.Mode.ARCHIVE)
                        .map(Mirror::server)
                        .toList();
        if (only == null) {
            if (all.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "imapmirror: no mirror of the configuration is an archive");
            }
            return all;
        }
        if (!all.contains(only)) {
            throw new ParameterException(
                    spec.commandLine(), "imapmirror: " + only + " is no archive; archives: " + all);
        }
        return List.of(only);
    }

    @Command(
            name = "verify",
            description = {
                "Finds every line of the audit log that was edited, removed, added or moved.",
                "Exit code 0: intact; 1: not; 69: a file or the state database cannot be read."
            })
    static final class Verify implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();
        @Mixin private ConfigOption config = new ConfigOption();

        @Option(
                names = "--mirror",
                paramLabel = "NAME",
                description = "Which archive of the configuration; all where it is not given.")
        private @Nullable String mirror;

        @Option(
                names = "--head",
                paramLabel = "N:HASH",
                description = "A line that must be there, as audit head printed it; repeatable.")
        private List<String> heads = List.of();

        @Option(names = "--json", description = "One JSON object: intact and logs.")
        private boolean json;

        @Parameters(
                arity = "0..*",
                paramLabel = "DIRECTORY|FILE",
                description =
                        "The folder of one audit log, or some of its files in their order, to be"
                                + " checked without the configuration and without knowing where"
                                + " the log ends.")
        private List<Path> paths = List.of();

        @Override
        public Integer call() throws ConfigException {
            List<AuditHead> wanted = new ArrayList<>();
            for (String head : heads) {
                try {
                    wanted.add(AuditHead.parse(head));
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(
                            spec.commandLine(), "imapmirror: --head: " + e.getMessage(), e);
                }
            }
            Map<String, Report> reports = new LinkedHashMap<>();
            try {
                if (paths.isEmpty()) {
                    configured(wanted, reports);
                } else {
                    given(wanted, reports);
                }
            } catch (IOException e) {
                spec.commandLine().getErr().println("imapmirror: cannot read " + e.getMessage());
                return ExitCode.UNAVAILABLE;
            } catch (StateException e) {
                spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
                return ExitCode.UNAVAILABLE;
            }
            boolean intact = reports.values().stream().allMatch(Report::intact);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("intact", intact);
                all.put("logs", reports);
                out.println(Json.write(all));
            } else {
                reports.forEach((name, report) -> print(out, name, report));
            }
            return intact ? ExitCode.OK : ExitCode.ATTENTION;
        }

        private void configured(List<AuditHead> wanted, Map<String, Report> reports)
                throws ConfigException, IOException {
            Config loaded = config.load();
            List<String> archives = archives(loaded, mirror, spec);
            if (archives.size() > 1 && !wanted.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "imapmirror: --head needs --mirror: one of " + archives);
            }
            AuditConfig audit =
                    new AuditConfig(loaded.audit().directory(), loaded.audit().maxFileBytes());
            Map<String, AuditHead> known;
            try (Database state = Database.openToRead(loaded.state().url())) {
                // Before the files are read: what is written meanwhile is behind it.
                known = AuditOutbox.heads(state);
            }
            for (String archive : archives) {
                List<AuditHead> all = new ArrayList<>(wanted);
                AuditHead last = known.get(archive);
                if (last != null) {
                    all.add(last);
                }
                reports.put(archive, AuditVerifier.directory(audit.directoryOf(archive), all));
            }
        }

        private void given(List<AuditHead> wanted, Map<String, Report> reports) throws IOException {
            if (paths.size() == 1 && Files.isDirectory(paths.getFirst())) {
                Path directory = paths.getFirst();
                reports.put(directory.toString(), AuditVerifier.directory(directory, wanted));
                return;
            }
            for (Path path : paths) {
                if (Files.isDirectory(path)) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "imapmirror: give one folder, or files; not both or several");
                }
            }
            reports.put(paths.getFirst().toString(), AuditVerifier.files(paths, wanted));
        }

        private static void print(PrintWriter out, String name, Report report) {
            for (Finding f : report.findings()) {
                out.println("! " + place(f) + ": " + f.what());
            }
            for (Finding f : report.notes()) {
                out.println(place(f) + ": " + f.what());
            }
            out.printf(
                    "%s: %s, %d lines, head %s%n",
                    name, report.intact() ? "intact" : "NOT intact", report.lines(), report.last());
        }

        private static String place(Finding f) {
            return f.line() == 0 ? f.file() : f.file() + " line " + f.line();
        }
    }

    @Command(
            name = "head",
            description = {
                "Prints the number and the hash of the last line of each audit log, to be noted"
                        + " elsewhere and given to audit verify --head one day.",
                "Exit code 0: done; 69: the state database cannot be read."
            })
    static final class Head implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();
        @Mixin private ConfigOption config = new ConfigOption();

        @Option(
                names = "--mirror",
                paramLabel = "NAME",
                description = "Which archive of the configuration; all where it is not given.")
        private @Nullable String mirror;

        @Option(names = "--json", description = "One JSON object: archives and their heads.")
        private boolean json;

        @Override
        public Integer call() throws ConfigException {
            Config loaded = config.load();
            List<String> archives = archives(loaded, mirror, spec);
            Map<String, String> heads = new LinkedHashMap<>();
            try (Database state = Database.openToRead(loaded.state().url())) {
                Map<String, AuditHead> known = AuditOutbox.heads(state);
                for (String archive : archives) {
                    AuditHead head = known.getOrDefault(archive, AuditHead.START);
                    heads.put(archive, head.toString());
                }
            } catch (StateException e) {
                spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
                return ExitCode.UNAVAILABLE;
            }
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(Json.write(heads));
            } else {
                heads.forEach((archive, head) -> out.println(archive + " " + head));
            }
            return ExitCode.OK;
        }
    }
}

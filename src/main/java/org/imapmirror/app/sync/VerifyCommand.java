package org.imapmirror.app.sync;

import org.imapmirror.admin.Json;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.sync.FolderRules;
import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.verify.Difference;
import org.imapmirror.reconcile.verify.Verifier;
import org.imapmirror.reconcile.verify.VerifyOptions;
import org.imapmirror.reconcile.verify.VerifyReport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// `imapmirror verify`.
@Command(
        name = "verify",
        sortOptions = false,
        description = {
            "Compares two accounts message by message, every octet, and prints what is missing,"
                    + " what is too many and what differs. Changes nothing, and needs no state of"
                    + " earlier runs.",
            "Exit code 0: they are equal; 1: they differ; see docs/sync.md for the others."
        })
public final class VerifyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private PairOptions pair = new PairOptions();
    @Mixin private FolderOptions folders = new FolderOptions();
    @Mixin private FlagOptions flags = new FlagOptions();

    @Option(
            names = "--no-extra",
            description = "What only the target has is no difference, as after --mode copy.")
    private boolean noExtra;

    @Option(names = "--no-dates", description = "Dates of arrival are not compared.")
    private boolean noDates;

    @Option(
            names = "--date-tolerance",
            paramLabel = "DURATION",
            converter = Units.Span.class,
            defaultValue = "0s",
            description = "So much may dates of arrival differ; ${DEFAULT-VALUE} where not given.")
    private Duration tolerance = Duration.ZERO;

    @Option(names = "--no-subscriptions", description = "Subscriptions are not compared.")
    private boolean noSubscriptions;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "4",
            description = "Mailboxes at once (${DEFAULT-VALUE}).")
    private int connections = 4;

    @Option(names = "--json", description = "One JSON object: the counts and all differences.")
    private boolean json;

    @Override
    public Integer call() throws ConfigException {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return verify();
        } catch (UsageException e) {
            err.println("imapmirror verify: " + e.getMessage());
            return SyncExit.USAGE;
        } catch (UnavailableException e) {
            err.println("imapmirror verify: " + e.getMessage());
            return SyncExit.UNAVAILABLE;
        }
    }

    private int verify() throws UsageException, UnavailableException, ConfigException {
        PrintWriter err = spec.commandLine().getErr();
        VerifyOptions options = options();
        ServerSide source = pair.source().open(null, null, err::println);
        ServerSide target = pair.target().open(null, null, err::println);
        List<Map<String, Object>> differences = new ArrayList<>();
        Consumer<Difference> each =
                json
                        ? difference -> differences.add(fields(difference))
                        : difference -> print(difference);
        try (Signals signals = new Signals()) {
            Progress progress =
                    new Progress() {
                        @Override
                        public boolean stopped() {
                            return signals.stopped().get();
                        }
                    };
            VerifyReport report = Verifier.run(source, target, options, progress, each);
            int exit = exit(report, signals.stopped().get());
            print(report, source, target, differences, exit);
            return exit;
        } catch (StoreException e) {
            err.println(Screen.clean("imapmirror verify: " + e.getMessage()));
            return SyncExit.of(e, source.isConcerned(e));
        } catch (FolderRules.NoTopException e) {
            err.println(Screen.clean("imapmirror verify: " + e.getMessage()));
            return SyncExit.NO_TOP;
        }
    }

    private VerifyOptions options() throws UsageException {
        if (connections < 1) {
            throw new UsageException("--connections is 1 or more");
        }
        return new VerifyOptions(
                connections,
                folders.rules(),
                flags.rules(true),
                !noDates,
                tolerance,
                !noSubscriptions,
                !noExtra);
    }

    private static int exit(VerifyReport report, boolean stopped) {
        if (stopped) {
            return SyncExit.STOPPED;
        }
        if (report.differences() > 0) {
            return SyncExit.ATTENTION;
        }
        return report.complete() ? SyncExit.OK : SyncExit.FAILURES;
    }

    private void print(Difference difference) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                Screen.clean(
                        "%s: %s%s%s%s: %s"
                                .formatted(
                                        ReportText.name(difference.kind()),
                                        difference.folder(),
                                        uid(", UID ", difference.sourceUid()),
                                        uid(", target UID ", difference.targetUid()),
                                        difference.messageId() == null
                                                ? ""
                                                : ", " + difference.messageId(),
                                        difference.detail())));
    }

    private static String uid(String what, long uid) {
        return uid == 0 ? "" : what + uid;
    }

    private static Map<String, Object> fields(Difference difference) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", ReportText.name(difference.kind()));
        fields.put("folder", difference.folder());
        fields.put("sourceUid", difference.sourceUid());
        fields.put("targetUid", difference.targetUid());
        fields.put("messageId", difference.messageId());
        fields.put("detail", difference.detail());
        return fields;
    }

    private void print(
            VerifyReport report,
            ServerSide source,
            ServerSide target,
            List<Map<String, Object>> differences,
            int exit) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("source", source.name());
            fields.put("target", target.name());
            fields.put("exit", exit);
            fields.put("equal", exit == SyncExit.OK);
            fields.put("complete", report.complete());
            fields.put("seconds", report.time().toMillis() / 1000.0);
            fields.put("folders", report.folders());
            fields.put("messages", report.messages());
            fields.put("bytes", report.bytes());
            fields.put("differences", differences);
            fields.put("warnings", report.warnings());
            out.println(Json.write(fields));
        } else {
            report.warnings().forEach(w -> out.println(Screen.clean("warning: " + w)));
            out.printf(
                    "%d mailboxes, %d messages, %s compared in %.1f s: %s%n",
                    report.folders(),
                    report.messages(),
                    Screen.size(report.bytes()),
                    report.time().toMillis() / 1000.0,
                    verdict(report));
        }
        out.flush();
    }

    private static String verdict(VerifyReport report) {
        String found =
                switch ((int) Math.min(report.differences(), 2)) {
                    case 0 -> "no differences";
                    case 1 -> "1 difference";
                    default -> report.differences() + " differences";
                };
        return report.complete() ? found : found + ", but not everything could be compared";
    }
}

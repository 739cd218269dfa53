package org.imapmirror.bench;

import org.imapmirror.event.MailboxName;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.imap.Trust;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.ImapStore;
import org.imapmirror.mailstore.Listed;
import org.imapmirror.mailstore.LoginAs;
import org.imapmirror.mailstore.StoreException;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.reconcile.NameMap;
import org.imapmirror.reconcile.NameMap.Hierarchy;
import org.imapmirror.reconcile.sync.FolderPlan.Pair;
import org.imapmirror.reconcile.sync.FolderPlan.Planned;
import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.Side;
import org.imapmirror.reconcile.sync.SyncOptions;
import org.imapmirror.reconcile.sync.SyncReport;
import org.imapmirror.reconcile.sync.Syncer;

import java.nio.file.Path;
import java.util.List;

/// One run of the engine of `imapmirror sync` in a process of its own.
final class SyncRun {
    private SyncRun() {}

    private record Account(String name, int port, String user, String password) implements Side {
        @Override
        public String identity() {
            return name;
        }

        @Override
        public ImapStore open() throws StoreException {
            return ImapStore.open(
                    new Endpoint(name, "127.0.0.1", port, Endpoint.Tls.NONE, new Trust.Insecure()),
                    new LoginAs.Plain(user, password),
                    ClientLimits.DEFAULT);
        }
    }

    /// @param args ports of source and target, user, password, state file, connections
    public static void main(String[] args) throws Exception {
        SyncOptions options =
                new SyncOptions(
                        false,
                        false,
                        Integer.parseInt(args[5]),
                        (source, from, _, to) ->
                                new Planned(
                                        source.stream()
                                                .filter(Listed::selectable)
                                                .map(l ->
                                                        new Pair(
                                                                l.name(),
                                                                new NameMap(
                                                                                new Hierarchy(
                                                                                        from
                                                                                                .prefix(),
                                                                                        from
                                                                                                .separator()),
                                                                                new Hierarchy(
                                                                                        to.prefix(),
                                                                                        to
                                                                                                .separator()))
                                                                        .toTarget(
                                                                                new MailboxName(
                                                                                        l.name()))))
                                                .toList(),
                                        List.of()),
                        SyncOptions.Messages.ALL,
                        SyncOptions.FlagRules.ALL,
                        SyncOptions.Dates.INTERNAL,
                        SyncOptions.Identity.DEFAULT,
                        SyncOptions.Extras.DEFAULT,
                        new SyncOptions.Deletes(
                                true, false, false, false, true, Brake.DEFAULT, false),
                        SyncOptions.Limits.NONE,
                        org.imapmirror.reconcile.sync.Tuning.DEFAULT);
        SyncReport report =
                Syncer.run(
                        new Account("source", Integer.parseInt(args[0]), args[2], args[3]),
                        new Account("target", Integer.parseInt(args[1]), args[2], args[3]),
                        options,
                        Path.of(args[4]),
                        Progress.NONE);
        System.out.printf(
                "%s: %d copied, %d with other flags, %d deleted in %d ms%n",
                report.outcome(),
                report.folders().stream().mapToLong(SyncReport.FolderReport::copied).sum(),
                report.folders().stream().mapToLong(SyncReport.FolderReport::flags).sum(),
                report.folders().stream().mapToLong(SyncReport.FolderReport::deleted).sum(),
                report.time().toMillis());
        if (report.outcome() != SyncReport.Outcome.COMPLETE) {
            throw new IllegalStateException(report.toString());
        }
    }
}

package org.imapmirror.app.sync;

import org.imapmirror.admin.Json;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.reconcile.sync.Progress;
import org.imapmirror.reconcile.sync.SyncOptions;
import org.imapmirror.reconcile.sync.SyncReport;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Many accounts, several at once. One that fails does not keep the others; what was done stays, so
/// that another run goes on where this one ended.
final class ManyAccounts {
    private final SideOptions source;
    private final SideOptions target;
    private final SyncOptions options;
    private final StateDirectory state;
    private final Output output;
    private final AtomicBoolean stopped;

    /// Where it is shown.
    record Output(PrintWriter out, PrintWriter err, Terminal progress, boolean json) {}

    /// @param state of all pairs
    ManyAccounts(
            SideOptions source,
            SideOptions target,
            SyncOptions options,
            StateDirectory state,
            Output output,
            AtomicBoolean stopped) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.state = state;
        this.output = output;
        this.stopped = stopped;
    }

    /// What became of an account; written by the one thread that works on it.
    private static final class Row implements Progress {
        private final String source;
        private final String targetUser;
        private final AtomicBoolean stopped;
        private final AtomicLong copied = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicLong failures = new AtomicLong();
        private volatile long messages;
        private volatile String state = "waiting";
        private volatile SyncRun.End end =
                SyncRun.End.failed(SyncExit.STOPPED, "stopped before it began");

        Row(AccountsFile.Entry entry, AtomicBoolean stopped) {
            this.source = entry.sourceUser();
            this.targetUser = entry.targetUser();
            this.stopped = stopped;
        }

        @Override
        public void planned(long folders, long all) {
            messages = all;
        }

        @Override
        public void copied(String folder, long size) {
            copied.incrementAndGet();
            bytes.addAndGet(size);
        }

        @Override
        public void failed(SyncReport.Failure failure) {
            failures.incrementAndGet();
        }

        @Override
        public boolean stopped() {
            return stopped.get();
        }
    }

    /// @return the exit code: that of the accounts where they all have the same, 0 without accounts
    int run(List<AccountsFile.Entry> entries, int parallel) throws ConfigException {
        List<Row> rows = entries.stream().map(entry -> new Row(entry, stopped)).toList();
        List<Future<?>> work = new ArrayList<>();
        try (Board board =
                        new Board(
                                output.err(), output.progress(), output.json(), () -> table(rows));
                ExecutorService threads =
                        Executors.newFixedThreadPool(
                                Math.max(1, Math.min(parallel, entries.size())),
                                Thread.ofPlatform().name("account-", 0).factory())) {
            for (int i = 0; i < entries.size(); i++) {
                AccountsFile.Entry entry = entries.get(i);
                Row row = rows.get(i);
                work.add(threads.submit(() -> work(entry, row, board)));
            }
            for (Future<?> each : work) {
                await(each);
            }
        }
        print(rows);
        return exit(rows);
    }

    private static void await(Future<?> work) {
        try {
            work.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("bug: an account ended by an exception", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void work(AccountsFile.Entry entry, Row row, Board board) {
        if (stopped.get()) {
            return;
        }
        row.state = "running";
        row.end = run(entry, row, board);
        row.state = row.end.exit() == SyncExit.OK ? "done" : "exit " + row.end.exit();
        board.ended(
                row.source
                        + " -> "
                        + row.targetUser
                        + ": "
                        + (row.end.report() == null
                                ? row.end.error()
                                : ReportText.summary(row.end.report())));
    }

    private SyncRun.End run(AccountsFile.Entry entry, Row row, Board board) {
        try {
            return new SyncRun(
                            source.at(entry.source())
                                    .open(
                                            entry.sourceUser(),
                                            entry.sourcePassword().reveal("source_password_file"),
                                            board::line),
                            target.at(entry.target())
                                    .open(
                                            entry.targetUser(),
                                            entry.targetPassword().reveal("target_password_file"),
                                            board::line),
                            options,
                            state)
                    .run(row);
        } catch (UsageException e) {
            return SyncRun.End.failed(SyncExit.USAGE, String.valueOf(e.getMessage()));
        } catch (UnavailableException e) {
            return SyncRun.End.failed(SyncExit.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (ConfigException e) {
            return SyncRun.End.failed(SyncExit.CONFIG, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // A bug with one account must not keep the others.
            e.printStackTrace(output.err());
            return SyncRun.End.failed(SyncExit.INTERNAL, "internal error, please report it: " + e);
        }
    }

    private static List<String[]> table(List<Row> rows) {
        List<String[]> table = new ArrayList<>();
        table.add(
                new String[] {
                    "SOURCE", "TARGET", "STATE", "MESSAGES", "COPIED", "SIZE", "FAILED", "HELD"
                });
        for (Row row : rows) {
            SyncReport report = row.end.report();
            table.add(
                    new String[] {
                        row.source,
                        row.targetUser,
                        row.state,
                        "" + row.messages,
                        "" + row.copied.get(),
                        Screen.size(row.bytes.get()),
                        "" + (report == null ? row.failures.get() : report.failures().size()),
                        report == null ? "" : "" + report.held().size()
                    });
        }
        return table;
    }

    private void print(List<Row> rows) {
        if (output.json()) {
            List<Map<String, Object>> accounts = new ArrayList<>();
            for (Row row : rows) {
                accounts.add(SyncCommand.fields(row.source, row.targetUser, row.end));
            }
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("exit", exit(rows));
            all.put("accounts", accounts);
            output.out().println(Json.write(all));
            output.out().flush();
            return;
        }
        ReportText.columns(table(rows), output.out());
        for (Row row : rows) {
            SyncReport report = row.end.report();
            if (report != null) {
                report.failures()
                        .forEach(f -> detail(row, "not brought over: " + ReportText.describe(f)));
                report.held().forEach(held -> detail(row, "held: " + held));
                report.warnings().forEach(warning -> detail(row, "warning: " + warning));
            } else if (row.end.error() != null) {
                detail(row, row.end.error());
            }
        }
        long done = rows.stream().filter(row -> row.end.exit() == SyncExit.OK).count();
        output.out().printf("%d of %d accounts are done%n", done, rows.size());
        output.out().flush();
    }

    private void detail(Row row, String text) {
        output.out().println(Screen.clean(row.source + ": " + text));
    }

    private static int exit(List<Row> rows) {
        List<Integer> codes =
                rows.stream()
                        .map(row -> row.end.exit())
                        .filter(code -> code != SyncExit.OK)
                        .distinct()
                        .toList();
        return switch (codes.size()) {
            case 0 -> SyncExit.OK;
            case 1 -> codes.getFirst();
            default -> codes.contains(SyncExit.STOPPED) ? SyncExit.STOPPED : SyncExit.FAILURES;
        };
    }
}

package org.imapmirror.app.sync;

import org.imapmirror.reconcile.sync.SyncReport;
import org.imapmirror.reconcile.sync.SyncReport.Failure;
import org.imapmirror.reconcile.sync.SyncReport.FolderReport;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A report for people, and as the fields of `--json`.
final class ReportText {
    private ReportText() {}

    static void print(SyncReport report, PrintWriter out) {
        List<String[]> rows = new ArrayList<>();
        rows.add(
                new String[] {
                    "MAILBOX",
                    "TARGET",
                    "MESSAGES",
                    report.dryRun() ? "TO COPY" : "COPIED",
                    "SIZE",
                    "THERE",
                    "SKIPPED",
                    "FLAGS",
                    "DELETED",
                    ""
                });
        for (FolderReport folder : report.folders()) {
            rows.add(
                    new String[] {
                        folder.source(),
                        folder.target(),
                        "" + folder.messages(),
                        "" + folder.copied(),
                        Screen.size(folder.copiedBytes()),
                        "" + folder.there(),
                        "" + folder.skipped(),
                        "" + folder.flags(),
                        "" + folder.deleted(),
                        folder.made() ? (report.dryRun() ? "to be made" : "made") : ""
                    });
        }
        columns(rows, out);
        section(
                "not brought over",
                report.failures().stream().map(ReportText::describe).toList(),
                out);
        section("held deletions", report.held(), out);
        section("warnings", report.warnings(), out);
        out.println(Screen.clean(summary(report)));
    }

    private static void section(String title, List<String> lines, PrintWriter out) {
        if (!lines.isEmpty()) {
            out.println(title + ":");
            lines.forEach(line -> out.println("  " + Screen.clean(line)));
        }
    }

    static String summary(SyncReport report) {
        long copied = 0;
        long bytes = 0;
        long there = 0;
        long skipped = 0;
        long flags = 0;
        long deleted = 0;
        for (FolderReport folder : report.folders()) {
            copied += folder.copied();
            bytes += folder.copiedBytes();
            there += folder.there();
            skipped += folder.skipped();
            flags += folder.flags();
            deleted += folder.deleted();
        }
        String verb = report.dryRun() ? "would be " : "";
        return "%d %scopied (%s), %d there already, %d skipped, flags of %d %schanged, %d %sdeleted,"
                        .formatted(
                                copied,
                                verb,
                                Screen.size(bytes),
                                there,
                                skipped,
                                flags,
                                verb,
                                deleted,
                                verb)
                + " %d failed, %d held; %.1f s; %s"
                        .formatted(
                                report.failures().size(),
                                report.held().size(),
                                report.time().toMillis() / 1000.0,
                                ending(report));
    }

    private static String ending(SyncReport report) {
        return switch (report.outcome()) {
            case COMPLETE -> report.dryRun() ? "nothing was changed" : "complete";
            case WITH_FAILURES -> "with failures";
            case TOO_MANY_FAILURES -> "ended after too many failures; run it again to go on";
            case LIMIT_REACHED -> "ended at a limit; run it again to go on";
            case STOPPED -> "stopped; run it again to go on";
        };
    }

    static String describe(Failure failure) {
        return failure.folder()
                + (failure.uid() == 0 ? "" : ", UID " + failure.uid())
                + (failure.messageId() == null ? "" : ", " + failure.messageId())
                + (failure.size() == 0 ? "" : ", " + Screen.size(failure.size()))
                + ": "
                + name(failure.cause())
                + ": "
                + (failure.code() == null || failure.reason().contains("[" + failure.code() + "]")
                        ? ""
                        : "[" + failure.code() + "] ")
                + failure.reason();
    }

    /// `WITH_FAILURES` is `with-failures`.
    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The report as JSON has it.
    static Map<String, Object> fields(SyncReport report) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("dryRun", report.dryRun());
        fields.put("outcome", name(report.outcome()));
        fields.put("seconds", report.time().toMillis() / 1000.0);
        fields.put("folders", report.folders());
        List<Map<String, Object>> failures = new ArrayList<>();
        for (Failure failure : report.failures()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("folder", failure.folder());
            one.put("uid", failure.uid());
            one.put("size", failure.size());
            one.put("messageId", failure.messageId());
            one.put("cause", name(failure.cause()));
            one.put("code", failure.code());
            one.put("reason", failure.reason());
            failures.add(one);
        }
        fields.put("failures", failures);
        fields.put("held", report.held());
        fields.put("warnings", report.warnings());
        return fields;
    }

    /// Text in columns; the first row is the heads.
    static void columns(List<String[]> rows, PrintWriter out) {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = Screen.clean(row[i]);
                widths[i] = Math.max(widths[i], row[i].codePointCount(0, row[i].length()));
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                int used = row[i].codePointCount(0, row[i].length());
                line.append(row[i]).repeat(' ', widths[i] - used + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}

package org.imapmirror.app;

import org.imapmirror.admin.AdminClient.NoAnswerException;
import org.imapmirror.admin.Json;
import org.imapmirror.admin.LaneStatus;
import org.imapmirror.admin.Status;
import org.imapmirror.app.config.ConfigException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

@Command(
        name = "status",
        description = {
            "Asks the running imapmirror how it is doing.",
            "Exit code 0: healthy; 1: degraded (something is parked or suspect, or a mirror has"
                    + " been unreachable for over a minute); 2: no answer."
        })
final class StatusCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ConfigOption config = new ConfigOption();

    @Option(names = "--json", description = "One JSON object, as GET /v1/status gives it.")
    private boolean json;

    @Override
    public Integer call() throws ConfigException {
        PrintWriter out = spec.commandLine().getOut();
        Status status;
        try {
            status = config.client().status();
        } catch (NoAnswerException e) {
            spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
            return ExitCode.NO_ANSWER;
        }
        if (json) {
            out.println(Json.write(status));
        } else {
            print(status, out);
        }
        return status.complaints().isEmpty() ? ExitCode.OK : ExitCode.ATTENTION;
    }

    private static void items(
            String head,
            Status status,
            Function<LaneStatus, List<LaneStatus.Parked>> items,
            PrintWriter out) {
        if (status.lanes().stream().allMatch(lane -> items.apply(lane).isEmpty())) {
            return;
        }
        Table table = new Table(head, "ACCOUNT", "MIRROR", "WHAT", "SINCE", "REASON");
        for (LaneStatus lane : status.lanes()) {
            for (LaneStatus.Parked p : items.apply(lane)) {
                table.row(p.item(), lane.account(), lane.mirror(), p.what(), p.since(), p.reason());
            }
        }
        table.print(out);
    }

    static void print(Status status, PrintWriter out) {
        out.printf(
                "pending %d, suspect %d, parked %d, extra %d, accounts %d, sessions %d%n",
                status.pending(),
                status.suspect(),
                status.parked(),
                status.extra(),
                status.accounts(),
                status.sessions());
        Status.JournalStatus journal = status.journal();
        out.printf(
                "journal %d of %d MB%n",
                journal.bytes() / 1_000_000, journal.maxBytes() / 1_000_000);
        if (!status.lanes().isEmpty()) {
            Table table = new Table("ACCOUNT", "MIRROR", "STATE", "PENDING", "LAG", "ERROR");
            for (LaneStatus lane : status.lanes()) {
                table.row(
                        lane.account(),
                        lane.mirror(),
                        lane.state(),
                        String.valueOf(lane.pending()),
                        lane.lagSeconds() == 0 ? "" : "%.1f s".formatted(lane.lagSeconds()),
                        lane.error() == null ? "" : lane.error());
            }
            table.print(out);
        }
        items("PARKED", status, LaneStatus::parked, out);
        items("SKIPPED", status, LaneStatus::skipped, out);
        long held = status.lanes().stream().mapToLong(LaneStatus::held).sum();
        if (held > 0) {
            out.println("held " + held + ": deleted, and kept on mirrors; see imapmirror held");
        }
        List<String> complaints = status.complaints();
        complaints.forEach(complaint -> out.println("! " + complaint));
        out.println(complaints.isEmpty() ? "healthy" : "degraded");
    }
}

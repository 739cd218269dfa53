package org.imapmirror.app;

import org.imapmirror.admin.Json;
import org.imapmirror.app.check.FileModes;
import org.imapmirror.app.check.Finding;
import org.imapmirror.app.check.Finding.Level;
import org.imapmirror.app.check.MachineCheck;
import org.imapmirror.app.check.RouteCheck;
import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.ConfigException;
import org.imapmirror.event.Account;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

@Command(
        name = "check",
        description = {
            "Looks at the configuration, this machine and the servers, and says what would not work"
                    + " and what to do. Changes nothing.",
            "Exit code 0: nothing in the way (there may be warnings); 1: something is wrong; 78:"
                    + " the configuration cannot be used."
        })
final class CheckCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ConfigOption config = new ConfigOption();

    @Option(
            names = "--account",
            paramLabel = "ACCOUNT",
            description =
                    "Whose logins to try; the first account that the configuration lists where it"
                            + " is not given.")
    private @Nullable String account;

    @Option(names = "--json", description = "One JSON object: ok and findings.")
    private boolean json;

    @Override
    public Integer call() throws ConfigException {
        Config loaded = config.load();
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding(Level.OK, "configuration", config.file() + " can be used", ""));
        findings.addAll(new MachineCheck(loaded, Instant.now()).findings());
        findings.addAll(new FileModes(loaded).findings());
        findings.addAll(new RouteCheck(loaded, account(loaded)).findings());
        boolean ok = findings.stream().noneMatch(finding -> finding.level() == Level.ERROR);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(Map.of("ok", ok, "findings", findings)));
        } else {
            findings.forEach(finding -> print(finding, out));
            out.println(ok ? "nothing is in the way" : "something is wrong");
        }
        return ok ? ExitCode.OK : ExitCode.ATTENTION;
    }

    private @Nullable Account account(Config loaded) {
        if (account == null) {
            return null;
        }
        try {
            return loaded.routes().rules().canonical(account);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--account: " + e.getMessage(), e);
        }
    }

    private static void print(Finding finding, PrintWriter out) {
        String level = finding.level().name().toLowerCase(Locale.ROOT);
        // What servers say must not control the terminal.
        String text = finding.text().replaceAll("\\p{Cntrl}+", " ");
        out.println("%-7s  %s: %s".formatted(level, finding.subject(), text));
        if (!finding.remedy().isEmpty()) {
            out.println("         -> " + finding.remedy());
        }
    }
}

package org.imapmirror.app;

import org.imapmirror.admin.Acts;
import org.imapmirror.admin.Acts.Act;
import org.imapmirror.admin.AdminClient.NoAnswerException;
import org.imapmirror.admin.Json;
import org.imapmirror.app.config.ConfigException;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

import java.util.Map;

/// What the commands have in common that act on things which wait for a decision.
final class ActOption {
    @Mixin private ConfigOption config = new ConfigOption();

    @Option(
            names = "--mirror",
            paramLabel = "SERVER",
            description = "Only on this mirror, by its key in the configuration.")
    private @Nullable String mirror;

    @Option(names = "--json", description = "One JSON object: how many items.")
    private boolean json;

    /// @param all says that a decision without an item is meant for everything
    int act(CommandSpec spec, Act act, @Nullable String account, @Nullable String item, boolean all)
            throws ConfigException {
        int items;
        try {
            items = config.client().act(act, new Acts.Choice(account, mirror, item), all);
        } catch (NoAnswerException e) {
            spec.commandLine().getErr().println("imapmirror: " + e.getMessage());
            return ExitCode.NO_ANSWER;
        }
        if (json) {
            spec.commandLine().getOut().println(Json.write(Map.of("items", items)));
        } else {
            spec.commandLine().getOut().println(said(act, items));
        }
        boolean named = account != null || mirror != null || item != null;
        return items == 0 && named ? ExitCode.ATTENTION : ExitCode.OK;
    }

    private static String said(Act act, int n) {
        if (n == 0) {
            return switch (act) {
                case RETRY -> "nothing of that is parked or skipped";
                case SKIP -> "nothing of that is parked";
                case APPROVE -> "the brake holds nothing of that";
                case PURGE -> "nothing of that is held";
            };
        }
        String items = n + (n == 1 ? " item" : " items");
        return switch (act) {
            case RETRY -> items + " will be tried again; see imapmirror status";
            case SKIP -> items + " skipped; imapmirror retry takes that back";
            case APPROVE -> items + " approved; the deletions are looked for again and then made";
            case PURGE -> n + (n == 1 ? " message" : " messages") + " will be purged";
        };
    }
}
